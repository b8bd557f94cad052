#include "exporter/selection.h"

#include <algorithm>
#include <array>

#include "checks/base/text.h"
#include "exporter/tally.h"
#include "exporter/whole_number.h"

namespace mailfleet {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::optional<DomainState> parse_state(std::string_view text) {
  for (const DomainState state : all_domain_states)
    if (to_text(state) == text) return state;
  return std::nullopt;
}

std::optional<int> parse_level(const Check& check, std::string_view text) {
  if (text == "unknown") return -1;
  const auto found = std::ranges::find(check.ladder, text);
  if (found == check.ladder.end()) return std::nullopt;
  return static_cast<int>(found - check.ladder.begin());
}

std::string fault_of_check(const Request& request, std::span<const Check* const> checks,
                           Selection& selection) {
  const std::string_view id = request.filter("check");
  const std::string_view level = request.filter("level");
  if (id.empty()) return level.empty() ? "" : "level needs a check";
  const auto found = std::ranges::find(checks, id, &Check::id);
  if (found == checks.end()) return "there is no such check";
  selection.check = static_cast<size_t>(found - checks.begin());
  if (level.empty()) return "";
  selection.level = parse_level(**found, level);
  return selection.level ? "" : "the check has no such level";
}

// The plain letter for U+00C0 to U+017F, by code point; '\0' where there is none.
char plain_letter(unsigned code) {
  static constexpr std::string_view latin1 =
      "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y";
  static constexpr std::string_view extended =
      "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.llllllllll"
      "nnnnnn...oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz.";
  char out = '.';
  if (code >= 0xc0 && code - 0xc0 < latin1.size()) out = latin1[code - 0xc0];
  if (code >= 0x100 && code - 0x100 < extended.size()) out = extended[code - 0x100];
  return out == '.' ? '\0' : out;
}

int badness(DomainState state) {
  switch (state) {
    case DomainState::failing:
      return 4;
    case DomainState::unknown:
      return 3;
    case DomainState::attention:
      return 2;
    case DomainState::pending:
      return 1;
    case DomainState::good:
      break;
  }
  return 0;
}

// The number that an order puts its domains by, smallest first.
int64_t rank(const DomainSummary& domain, Order order) {
  switch (order) {
    case Order::state:
      return -badness(domain.state);
    case Order::findings:
      return -(int64_t{domain.fails} * 65536 + domain.advices);
    case Order::looked:
      return domain.last_look ? domain.last_look->time_since_epoch().count() : 0;
    case Order::name:
    case Order::organisation:
      break;
  }
  return 0;
}

// What is compared, made once a domain: ranks, or folded names of organisations.
struct Place {
  int64_t rank = 0;
  std::string text{};
  const DomainSummary* domain = nullptr;

  bool operator<(const Place& other) const {
    if (rank != other.rank) return rank < other.rank;
    if (const int order = text.compare(other.text); order != 0) return order < 0;
    return domain->name < other.domain->name;
  }
};

Place place_of(const DomainSummary& domain, Order order) {
  return {rank(domain, order),
          order == Order::organisation ? folded(domain.owner.organisation) : std::string(),
          &domain};
}

// One page of the fleet in another order than its own: the first `limit` places behind the page
// before are kept while the fleet passes by, so that nothing is sorted whole.
Selected select_ordered(const Snapshot& snapshot, const Selection& selection) {
  std::optional<Place> after;
  if (const auto name = Name::parse(selection.after))
    if (const DomainSummary* last = snapshot.find(*name)) after = place_of(*last, selection.order);
  std::vector<Place> kept;  // a heap, the last of them in front
  bool more = false;
  for (const DomainPtr& each : snapshot.domains) {
    if (!selection.matches(*each)) continue;
    Place place = place_of(*each, selection.order);
    if (after && !(*after < place)) continue;
    if (kept.size() == selection.limit) {
      more = true;
      if (!(place < kept.front())) continue;
      std::pop_heap(kept.begin(), kept.end());
      kept.pop_back();
    }
    kept.push_back(std::move(place));
    std::push_heap(kept.begin(), kept.end());
  }
  std::sort_heap(kept.begin(), kept.end());
  Selected out;
  for (const Place& place : kept) out.domains.push_back(place.domain);
  if (more) out.next = make_cursor(out.domains.back()->name.text());
  return out;
}

int level_of(const DomainSummary& domain, size_t check) {
  return check < domain.levels.size() ? domain.levels[check] : -1;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const bool two = lead >= 0xc3 && lead <= 0xc5 && i + 1 < text.size();
    const unsigned code =
        two ? (lead & 0x1fU) << 6 | (static_cast<uint8_t>(text[i + 1]) & 0x3fU) : 0;
    const char plain = two ? plain_letter(code) : '\0';
    if (plain != '\0') {
      out += plain;
      ++i;
    } else {
      out += ascii_lower(text[i]);
    }
  }
  return out;
}

bool Selection::matches(const DomainSummary& domain) const {
  if (state && domain.state != *state) return false;
  if (!sector.empty() && domain.owner.sector != sector) return false;
  if (check && level && level_of(domain, *check) != *level) return false;
  return q.empty() || domain.name.text().find(q) != std::string::npos ||
         folded(domain.owner.organisation).find(q) != std::string::npos ||
         folded(domain.owner.organisation_cy).find(q) != std::string::npos;
}

ParsedSelection parse_selection(const Request& request, std::span<const Check* const> checks) {
  ParsedSelection out;
  for (const auto& [name, value] : request.query)
    if (value.size() > max_filter_bytes) out.fault = "a filter is too long";
  out.selection.sector = request.filter("sector");
  out.selection.q = folded(trim(request.filter("q")));
  if (const std::string_view state = request.filter("state"); !state.empty()) {
    out.selection.state = parse_state(state);
    if (!out.selection.state) out.fault = "state is good, attention, failing, unknown or pending";
  }
  if (const std::string_view order = request.filter("sort"); !order.empty()) {
    const auto found = std::ranges::find(order_words, order);
    if (found == order_words.end())
      out.fault = "sort is name, organisation, state, findings or looked";
    else
      out.selection.order = static_cast<Order>(found - order_words.begin());
  }
  if (std::string fault = fault_of_check(request, checks, out.selection); !fault.empty())
    out.fault = std::move(fault);
  const auto limit = parse_limit(request);
  if (limit)
    out.selection.limit = *limit;
  else
    out.fault = "limit is a number from 1 to " + std::to_string(max_page_size);
  if (const std::string_view cursor = request.filter("cursor"); !cursor.empty()) {
    const auto position = read_cursor(cursor);
    if (position)
      out.selection.after = *position;
    else
      out.fault = "the cursor is not one of ours";
  }
  return out;
}

Selected select(const Snapshot& snapshot, const Selection& selection) {
  if (selection.order != Order::name) return select_ordered(snapshot, selection);
  Selected out;
  auto each = std::ranges::upper_bound(
      snapshot.domains, selection.after, {},
      [](const DomainPtr& domain) -> const std::string& { return domain->name.text(); });
  if (selection.after.empty()) each = snapshot.domains.begin();
  for (; each != snapshot.domains.end(); ++each) {
    if (!selection.matches(**each)) continue;
    if (out.domains.size() == selection.limit) {
      out.next = make_cursor(out.domains.back()->name.text());
      break;
    }
    out.domains.push_back(each->get());
  }
  return out;
}

std::optional<size_t> parse_limit(const Request& request) {
  const std::string_view text = request.filter("limit");
  if (text.empty()) return default_page_size;
  const auto limit = whole_number<size_t>(text);
  return limit && *limit > 0 && *limit <= max_page_size ? limit : std::nullopt;
}

std::string make_cursor(std::string_view position) {
  std::string out = "c1";
  for (const char c : position) {
    const auto octet = static_cast<uint8_t>(c);
    out.append({hex_digits[octet >> 4], hex_digits[octet & 15]});
  }
  return out;
}

std::optional<std::string> read_cursor(std::string_view cursor) {
  if (!cursor.starts_with("c1") || cursor.size() % 2 != 0 || cursor.size() < 4) return std::nullopt;
  std::string out;
  for (size_t i = 2; i < cursor.size(); i += 2) {
    const size_t high = hex_digits.find(cursor[i]);
    const size_t low = hex_digits.find(cursor[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace mailfleet

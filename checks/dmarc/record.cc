#include "checks/dmarc/record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "checks/base/tags.h"
#include "checks/base/text.h"

namespace mailfleet::dmarc {
namespace {

constexpr std::array<std::string_view, 3> policies{"none", "quarantine", "reject"};

// RFC 5234 §2.3: literal strings in the grammar are without case.
std::optional<Policy> read_policy(std::string_view value) {
  for (size_t i = 0; i < policies.size(); ++i)
    if (equal_ignoring_case(value, policies[i])) return static_cast<Policy>(i);
  return {};
}

std::optional<int> read_percent(std::string_view value) {
  int percent = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, percent);
  if (value.empty() || value.size() > 3 || value.front() == '-') return {};
  if (error != std::errc() || stop != end || percent > 100) return {};
  return percent;
}

// "0", "1", "d", "s", separated by colons (RFC 9989 §4.7 "fo").
bool is_failure_options(std::string_view value) {
  return std::ranges::all_of(split(value, ':'), [](std::string_view part) {
    const std::string_view option = trim(part);
    return option == "0" || option == "1" || equal_ignoring_case(option, "d") ||
           equal_ignoring_case(option, "s");
  });
}

class Reader {
 public:
  explicit Reader(std::string_view txt) { record_.text = txt; }

  Record read(const TagList& list) {
    for (const std::string& stray : list.strays) note(ProblemKind::syntax, "", stray);
    std::vector<std::string> taken;
    for (const Tag& tag : list.tags) {
      const std::string key = ascii_lower(tag.key);
      if (key != tag.key) note(ProblemKind::tag_case, key, tag.key);
      if (std::ranges::find(taken, key) != taken.end()) {
        note(ProblemKind::tag_duplicate, key, tag.value);
        continue;
      }
      taken.push_back(key);
      take(key, tag.value);
    }
    if (std::ranges::find(taken, "p") == taken.end()) note(ProblemKind::policy_missing, "p", "");
    // RFC 7489 §6.4 wants p right after v; RFC 9989 §4.8 leaves the order free.
    else if (taken.size() > 1 && taken[1] != "p")
      note(ProblemKind::p_not_second, "p", taken[1]);
    return std::move(record_);
  }

 private:
  void note(ProblemKind kind, std::string_view tag, std::string_view seen) {
    record_.problems.push_back({kind, std::string(tag), std::string(seen)});
  }

  void take(std::string_view key, const std::string& value) {
    if (key == "p")
      take_policy(record_.p, ProblemKind::policy_invalid, key, value);
    else if (key == "sp")
      take_policy(record_.sp, ProblemKind::sp_invalid, key, value);
    else if (key == "np")
      take_policy(record_.np, ProblemKind::np_invalid, key, value);
    else if (key == "rua")
      take_uris(record_.rua, key, value);
    else if (key == "ruf")
      take_uris(record_.ruf, key, value);
    else if (key == "adkim")
      take_alignment(record_.adkim, key, value);
    else if (key == "aspf")
      take_alignment(record_.aspf, key, value);
    else if (key == "t")
      take_testing(value);
    else if (key == "psd")
      take_psd(value);
    else if (key == "pct")
      take_percent(value);
    else if (key == "fo" && !is_failure_options(value))
      note(ProblemKind::tag_invalid, key, value);
    else if (key == "rf" || key == "ri")
      note(ProblemKind::obsolete_tag, key, value);
    // Unknown tags are ignored (RFC 9989 §4.7).
  }

  void take_policy(std::optional<Policy>& into, ProblemKind bad, std::string_view key,
                   const std::string& value) {
    into = read_policy(value);
    if (!into) note(bad, key, value);
  }

  void take_uris(std::vector<ReportUri>& into, std::string_view key, const std::string& value) {
    std::vector<std::string> bad;
    into = parse_report_uris(value, bad);
    for (const std::string& item : bad) note(ProblemKind::uri_invalid, key, item);
  }

  // A bad value of these tags means the default (RFC 9989 §4.8).
  void take_alignment(std::optional<char>& into, std::string_view key, const std::string& value) {
    const bool strict = equal_ignoring_case(value, "s");
    if (!strict && !equal_ignoring_case(value, "r")) note(ProblemKind::tag_invalid, key, value);
    into = strict ? 's' : 'r';
  }

  void take_testing(const std::string& value) {
    record_.testing = equal_ignoring_case(value, "y");
    if (!record_.testing && !equal_ignoring_case(value, "n"))
      note(ProblemKind::tag_invalid, "t", value);
  }

  void take_psd(const std::string& value) {
    if (equal_ignoring_case(value, "y"))
      record_.psd = Psd::y;
    else if (equal_ignoring_case(value, "n"))
      record_.psd = Psd::n;
    else if (!equal_ignoring_case(value, "u"))
      note(ProblemKind::tag_invalid, "psd", value);
  }

  void take_percent(const std::string& value) {
    record_.pct = read_percent(value);
    if (!record_.pct)
      note(ProblemKind::tag_invalid, "pct", value);
    else if (*record_.pct == 100)
      note(ProblemKind::obsolete_tag, "pct", value);
  }

  Record record_;
};

}  // namespace

std::string_view to_text(Policy policy) { return policies[static_cast<size_t>(policy)]; }

bool Record::has(ProblemKind kind) const {
  return std::ranges::find(problems, kind, &Problem::kind) != problems.end();
}

bool Record::broken() const { return broken_rfc7489() || has(ProblemKind::np_invalid); }

bool Record::broken_rfc7489() const {
  return has(ProblemKind::policy_missing) || has(ProblemKind::policy_invalid) ||
         has(ProblemKind::sp_invalid);
}

bool is_dmarc(std::string_view txt) {
  const std::string_view first = txt.substr(0, txt.find(';'));
  const size_t equals = first.find('=');
  if (equals == std::string_view::npos) return false;
  return equal_ignoring_case(trim(first.substr(0, equals)), "v") &&
         trim(first.substr(equals + 1)) == "DMARC1";
}

std::optional<Record> parse(std::string_view txt) {
  if (!is_dmarc(txt)) return {};
  Record record = Reader(txt).read(parse_tags(txt));
  if (txt.front() == ' ' || txt.front() == '\t')
    record.problems.push_back({ProblemKind::leading_blank, "v", std::string(txt)});
  return record;
}

}  // namespace mailfleet::dmarc

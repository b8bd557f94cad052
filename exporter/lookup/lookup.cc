#include "exporter/lookup/lookup.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "checks/base/text.h"
#include "exporter/selection.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 5> answers{"no", "unknown", "yes-but", "yes", "not-listed"};

// Suspended because nobody can tell, and not because protection was seen to be gone.
bool only_unsure(const std::vector<std::string>& reasons) {
  return !reasons.empty() && std::ranges::all_of(reasons, [](const std::string& code) {
    return code == "mx-moved" || code == "mx-added" || code == "not-verified" ||
           code.ends_with("-unknown");
  });
}

LookupAnswer answer_of_active(const TrustView& trust, std::vector<std::string>& reasons) {
  if (trust.tier == Tier::none) return LookupAnswer::unknown;
  if (trust.tier == Tier::t1) reasons.emplace_back("not-authenticated");
  if (trust.eligibility.sender_auth != SenderAuth::enforced) reasons.emplace_back("can-be-forged");
  return reasons.empty() ? LookupAnswer::yes : LookupAnswer::yes_but;
}

// Without an entry there is never a yes; a no needs to have been seen.
LookupAnswer answer_without_entry(const TrustView& trust) {
  return trust.eligibility.tier == Tier::none ? LookupAnswer::no : LookupAnswer::unknown;
}

LookupAnswer fresh_answer(const TrustView& trust, std::vector<std::string>& reasons) {
  switch (trust.state) {
    case TrustState::active:
      return answer_of_active(trust, reasons);
    case TrustState::suspended:
      reasons = trust.reasons;
      return only_unsure(reasons) ? LookupAnswer::unknown : LookupAnswer::no;
    case TrustState::withdrawn:
      reasons = trust.reasons;
      return LookupAnswer::no;
    case TrustState::pending:
      reasons = trust.reasons;
      return LookupAnswer::unknown;
    case TrustState::none:
      reasons = trust.eligibility.reasons;
      return answer_without_entry(trust);
  }
  return LookupAnswer::unknown;
}

// Each word of the question begins a word of the name.
bool words_fit(const std::vector<std::string_view>& question, std::string_view name) {
  return std::ranges::all_of(question, [&](std::string_view word) {
    for (size_t at = name.find(word); at != name.npos; at = name.find(word, at + 1))
      if (at == 0 || name[at - 1] == ' ') return true;
    return false;
  });
}

void suggest_slips(const NameIndex& names, const std::string& asked, Lookup& out) {
  const size_t limit = asked.size() < 10 ? 1 : 2;
  const uint64_t letters = letters_of(asked);
  std::vector<std::pair<size_t, const DomainSummary*>> found;
  for (const IndexedName& each : names.names()) {
    // Each slip can change two of the letters that occur; most names fall out here.
    if (static_cast<size_t>(std::popcount(letters ^ each.domain_letters)) > 2 * limit) continue;
    const size_t distance = typing_distance(asked, each.domain->name.text(), limit);
    if (distance <= limit) found.emplace_back(distance, each.domain.get());
  }
  std::ranges::stable_sort(found, {}, &std::pair<size_t, const DomainSummary*>::first);
  for (const auto& [distance, domain] : found)
    if (out.suggestions.size() < max_suggestions) out.suggestions.push_back(domain);
}

void look_up_name(const Snapshot& snapshot, const NameIndex& names, const Name& name, Time now,
                  Lookup& out) {
  if (const DomainSummary* domain = snapshot.find(name))
    return out.answers.push_back(answer_for(*domain, now));
  // Mail to a host below a listed domain goes its own way: nothing is known of it.
  for (auto parent = name.parent(); parent && parent->label_count() >= 2; parent = parent->parent())
    if (const DomainSummary* domain = snapshot.find(*parent)) out.suggestions.push_back(domain);
  suggest_slips(names, name.text(), out);
}

void look_up_organisation(const NameIndex& names, const std::string& words, Time now, Lookup& out) {
  std::vector<const DomainSummary*> exact;
  std::set<std::string> organisations;
  const std::vector<std::string_view> question = split(words, ' ');
  const uint64_t letters = letters_of(words) & ~letters_of(" ");
  for (const IndexedName& each : names.names()) {
    const bool could_fit = (letters & ~each.word_letters) == 0;
    if (could_fit && (each.english == words || each.welsh == words)) {
      exact.push_back(each.domain.get());
      organisations.insert(each.english + "\n" + each.welsh);
    } else if (out.suggestions.size() < max_suggestions &&
               ((could_fit &&
                 (words_fit(question, each.english) || words_fit(question, each.welsh))) ||
                ((letters & ~each.domain_letters) == 0 &&
                 each.domain->name.labels()[0] == words))) {
      out.suggestions.push_back(each.domain.get());
    }
  }
  if (organisations.size() == 1) {
    for (const DomainSummary* each : exact) out.answers.push_back(answer_for(*each, now));
    std::ranges::stable_sort(out.answers, {}, &DomainAnswer::answer);
    out.suggestions.clear();
  } else {
    // Two bodies of the same name: the person must say which.
    out.suggestions.insert(out.suggestions.begin(), exact.begin(), exact.end());
    if (out.suggestions.size() > max_suggestions) out.suggestions.resize(max_suggestions);
  }
}

}  // namespace

std::string_view to_text(LookupAnswer answer) { return answers[static_cast<size_t>(answer)]; }

DomainAnswer answer_for(const DomainSummary& domain, Time now) {
  const TrustView& trust = domain.trust;
  DomainAnswer out{.domain = &domain};
  if (trust.state != TrustState::none) out.since = trust.since;
  out.checked_at = trust.state == TrustState::active ? trust.last_verified : domain.last_look;
  const bool fresh = out.checked_at && now < *out.checked_at + lookup_promise && !trust.stale;
  if (!fresh) {
    out.reasons = {out.checked_at ? "stale" : "not-checked"};
    return out;
  }
  out.answer = fresh_answer(trust, out.reasons);
  out.valid_until = *out.checked_at + lookup_promise;
  return out;
}

bool asks_for_several(std::string_view query) {
  if (const auto brackets = std::ranges::count(query, '<'); brackets > 0) return brackets > 1;
  int addresses = 0;
  while (!query.empty()) {
    const size_t end = std::min(query.find_first_of(",; \t\r\n"), query.size());
    addresses += query.substr(0, end).find('@') != query.npos;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return addresses > 1;
}

std::string asked_of(std::string_view query) {
  std::string_view text = trim(query.substr(0, max_lookup_characters));
  if (const size_t open = text.rfind('<'); open != text.npos) {
    text.remove_prefix(open + 1);
    text = text.substr(0, text.find('>'));
  }
  for (const std::string_view scheme : {"mailto:", "https://", "http://"})
    if (starts_with_ignoring_case(text, scheme)) text.remove_prefix(scheme.size());
  if (const size_t at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  if (text.find(' ') == text.npos) text = text.substr(0, text.find_first_of("/?"));
  constexpr std::string_view around = " \t\r\n.,;:'\"()>";
  while (!text.empty() && around.find(text.front()) != around.npos) text.remove_prefix(1);
  while (!text.empty() && around.find(text.back()) != around.npos) text.remove_suffix(1);
  return std::string(text);
}

Lookup look_up(const Snapshot& snapshot, const NameIndex& names, std::string_view query, Time now,
               const NameOfPeople& name_of_people) {
  Lookup out{.asked = asked_of(query)};
  out.several = asks_for_several(query);
  if (out.several) return out;
  auto name =
      out.asked.find('.') == std::string::npos ? std::nullopt : Name::parse(ascii_lower(out.asked));
  if (!name && name_of_people && out.asked.find('.') != std::string::npos &&
      out.asked.find(' ') == std::string::npos)
    name = name_of_people(out.asked);
  if (name) {
    out.asked = name->text();
    look_up_name(snapshot, names, *name, now, out);
  } else if (const std::string words = plain_words(out.asked); !words.empty()) {
    look_up_organisation(names, words, now, out);
  }
  return out;
}

// Optimal string alignment: three rows of the table are enough.
size_t typing_distance(std::string_view a, std::string_view b, size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

}  // namespace mailfleet

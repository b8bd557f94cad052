// "May I send this to …@x.gov.uk?" One of five answers for a person who knows no acronym. Pure.
//
// Never a yes on what is unknown, and never longer than its promise: an answer whose evidence is
// older becomes "unknown" by itself. An organisation is answered for when its name was given in
// full, in either language; anything less is a suggestion that the person has to choose.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/lookup/name_index.h"
#include "exporter/snapshot.h"

namespace mailfleet {

constexpr Seconds lookup_promise{24 * 3600};  // after so long without confirmation we are not sure
constexpr size_t max_suggestions = 8;
constexpr size_t max_lookup_characters = 320;  // the longest e-mail address, about

enum class LookupAnswer : uint8_t { no, unknown, yes_but, yes, not_listed };
std::string_view to_text(LookupAnswer answer);  // "yes-but", "not-listed"

// What is said of one listed domain.
struct DomainAnswer {
  LookupAnswer answer = LookupAnswer::unknown;
  const DomainSummary* domain = nullptr;  // live while the snapshot does
  std::optional<Time> since{};
  std::optional<Time> checked_at{};
  std::optional<Time> valid_until{};
  std::vector<std::string> reasons{};
};
DomainAnswer answer_for(const DomainSummary& domain, Time now);

struct Lookup {
  std::string asked{};   // what we took the question to be: a name or an organisation
  bool several = false;  // more than one address was asked for: nothing is answered
  std::vector<DomainAnswer>
      answers{};  // of one organisation, the most cautious first; empty: not listed
  std::vector<const DomainSummary*> suggestions{};
};
// How people's letters become a name ("môn.cymru"); null: ASCII only.
using NameOfPeople = std::function<std::optional<Name>(std::string_view)>;
Lookup look_up(const Snapshot& snapshot, const NameIndex& names, std::string_view query, Time now,
               const NameOfPeople& name_of_people = {});

// Does the text hold more than one address? One answer for all of them could hide a no.
bool asks_for_several(std::string_view query);

// "Jo <jo@X.gov.uk>", "https://x.gov.uk/a", "x.gov.uk." → "x.gov.uk"; other text comes back
// trimmed.
std::string asked_of(std::string_view query);

// How many letters must be changed, added, dropped or swapped with their neighbour to make `b` of
// `a`; anything above `limit` is told as limit + 1.
size_t typing_distance(std::string_view a, std::string_view b, size_t limit);

}  // namespace mailfleet

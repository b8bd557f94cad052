#include "exporter/pages/poster_page.h"

#include <algorithm>
#include <map>

#include "checks/base/text.h"
#include "exporter/lookup/lookup.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/selection.h"

namespace mailfleet {
namespace {

struct Entry {
  std::string organisation{};
  std::string domain{};
  bool care = false;
};
using Sectors = std::map<std::string, std::vector<Entry>>;

struct Listed {
  Sectors sectors{};
  std::optional<Time> valid_until{};  // the earliest end of an answer on the poster
  size_t left_out = 0;
};

Listed listed(const Snapshot& snapshot, std::string_view sector, const Texts& words, Time now) {
  Listed out;
  size_t count = 0;
  for (const DomainPtr& each : snapshot.domains) {
    if (each->trust.state != TrustState::active) continue;
    if (!sector.empty() && each->owner.sector != sector) continue;
    const DomainAnswer answer = answer_for(*each, now);
    if (answer.answer != LookupAnswer::yes && answer.answer != LookupAnswer::yes_but) continue;
    if (++count > max_poster_rows) {
      ++out.left_out;
      continue;
    }
    if (!out.valid_until || *answer.valid_until < *out.valid_until)
      out.valid_until = answer.valid_until;
    out.sectors[each->owner.sector].push_back(
        {for_display(organisation_in(words.language(), each->owner), 120), shown_name(*each),
         answer.answer == LookupAnswer::yes_but});
  }
  return out;
}

data entries_data(std::vector<Entry> entries) {
  std::ranges::stable_sort(entries, {}, [](const Entry& entry) {
    return std::pair(folded(entry.organisation), entry.domain);
  });
  data out{data::type::list};
  for (const Entry& entry : entries) {
    data row{data::type::object};
    row.set("organisation", given(entry.organisation));
    row.set("domain", entry.domain);
    row.set("care", truth(entry.care));
    out.push_back(row);
  }
  return out;
}

}  // namespace

data poster_data(const Snapshot& snapshot, const FleetFigures& figures, const Request& request,
                 const std::string& lookup_url, const Texts& words, Time now) {
  const Listed found = listed(snapshot, request.filter("sector"), words, now);
  data out{data::type::object};
  const bool large = request.filter("paper") == "a3";
  out.set("action", url_in(words.language(), "/poster"));
  out.set("sectors", sector_options(figures, request.filter("sector"), words));
  out.set("paper", large ? "a3" : "a4");
  out.set("a3", truth(large));
  out.set("title", words.say("poster.title"));
  out.set("made", words.say("poster.made", {{"time", when(words, now)}}));
  out.set("valid", given(found.valid_until ? words.say("poster.valid",
                                                       {{"time", when(words, *found.valid_until)}})
                                           : ""));
  bool care = false;
  data groups{data::type::list};
  for (const auto& [sector, entries] : found.sectors) {
    care = care || std::ranges::any_of(entries, &Entry::care);
    data row{data::type::object};
    row.set("name", sector_name(sector, words));
    row.set("entries", entries_data(entries));
    groups.push_back(row);
  }
  out.set("groups", groups);
  out.set("empty", truth(found.sectors.empty()));
  out.set("care", truth(care));
  out.set("more", given(found.left_out
                            ? words.say("poster.more", {{"count", std::to_string(found.left_out)}})
                            : ""));
  out.set("others", words.say("poster.others", {{"place", lookup_url}}));
  return out;
}

}  // namespace mailfleet

#include "exporter/pages/campaigns_page.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/base/text.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/pages/html.h"
#include "exporter/spreadsheet.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 4> readiness_words{"behind", "unknown", "ready", "no-mail"};
using Members = std::array<std::vector<const DomainSummary*>, 4>;  // by Readiness

Members members_of(const Snapshot& snapshot, const CampaignView& campaign) {
  Members out;
  const auto add = [&](const DomainSummary& domain) {
    out[static_cast<size_t>(readiness_of(domain))].push_back(&domain);
  };
  for (const Name& name : campaign.domains)
    if (const DomainSummary* domain = snapshot.find(name)) add(*domain);
  if (campaign.domains.empty())
    for (const DomainPtr& domain : snapshot.domains)
      if (domain->owner.sector == campaign.sector) add(*domain);
  return out;
}

std::string date_text(const std::optional<Time>& date, const Texts& words, Time now) {
  if (!date) return words.say("campaigns.no_date");
  const auto day = std::chrono::floor<std::chrono::days>(*date);
  const int64_t away = (day - std::chrono::floor<std::chrono::days>(now)).count();
  const std::string n = std::to_string(away < 0 ? -away : away);
  const char* key = away == 0  ? "campaigns.today"
                    : away > 0 ? "campaigns.in_days"
                               : "campaigns.days_ago";
  return day_text(words, *date) + " (" + words.say(key, {{"n", n}}) + ")";
}

std::string missing_text(const DomainSummary& domain, const Texts& words) {
  std::string out;
  for (const std::string& code : domain.trust.eligibility.reasons) {
    if (code == "no-agreement" || code == "no-own-commitment") continue;  // not the campaign's
    out += (out.empty() ? "" : "; ") + reason_text(code, words);
  }
  return out;
}

data rows_of(const std::vector<const DomainSummary*>& domains, const Texts& words) {
  data out{data::type::list};
  for (size_t i = 0; i < std::min(domains.size(), max_campaign_rows); ++i) {
    const DomainSummary& domain = *domains[i];
    data row{data::type::object};
    row.set("domain", shown_name(domain));
    row.set("url", url_in(words.language(), "/domains/" + percent_encoded(domain.name.text())));
    row.set("organisation", for_display(organisation_in(words.language(), domain.owner), 120));
    row.set("contact", given(for_display(domain.owner.contact, 200)));
    row.set("agreed", domain.owner.tls_ready ? day_text(words, *domain.owner.tls_ready) : "");
    row.set("missing", missing_text(domain, words));
    out.push_back(row);
  }
  return out;
}

data list_data(const char* title, const char* id, const std::vector<const DomainSummary*>& domains,
               const Texts& words) {
  data out{data::type::object};
  out.set("title", words.say(title));
  out.set("id", id);
  out.set("count", std::to_string(domains.size()));
  out.set("any", truth(!domains.empty()));
  out.set("rows", rows_of(domains, words));
  const size_t more = domains.size() - std::min(domains.size(), max_campaign_rows);
  out.set("more",
          given(more ? words.say("campaigns.more", {{"count", std::to_string(more)}}) : ""));
  return out;
}

// How many of those on the trusted list now have been on it since which day: what can be said of
// the past without making it up.
void over_time(const Members& members, const Texts& words, Time now, data& out) {
  std::map<Time, size_t> days;
  size_t total = 0;
  for (const auto& group : members)
    for (const DomainSummary* domain : group) {
      ++total;
      if (domain->trust.state == TrustState::active && domain->trust.since)
        ++days[std::chrono::floor<std::chrono::days>(*domain->trust.since)];
    }
  out.set("has_steps", truth(days.size() > 1));  // a single day is no course of things
  if (days.size() < 2) return;
  std::vector<std::pair<Time, size_t>> steps;
  size_t count = 0;
  data rows{data::type::list};
  for (const auto& [day, added] : days) {
    count += added;
    steps.emplace_back(day, count);
    data row{data::type::object};
    row.set("day", day_text(words, day));
    row.set("count", std::to_string(count));
    rows.push_back(row);
  }
  const std::string text =
      words.say("campaigns.over_time_text", {{"first", day_text(words, steps.front().first)},
                                             {"from", std::to_string(steps.front().second)},
                                             {"last", day_text(words, steps.back().first)},
                                             {"to", std::to_string(steps.back().second)}});
  out.set("steps_text", text);
  out.set("steps_svg", steps_svg(steps, total, now, text));
  out.set("steps", rows);
}

data campaign_data(const Snapshot& snapshot, const CampaignView& campaign, size_t index,
                   const Texts& words, Time now) {
  const Members members = members_of(snapshot, campaign);
  const auto count = [&](Readiness readiness) {
    return members[static_cast<size_t>(readiness)].size();
  };
  const size_t total = count(Readiness::behind) + count(Readiness::unknown) +
                       count(Readiness::ready) + count(Readiness::no_mail);
  const bool welsh = words.language() == Language::welsh && !campaign.name_cy.empty();
  data out{data::type::object};
  const std::string number = std::to_string(index + 1);
  out.set("id", number);
  out.set("name", for_display(welsh ? campaign.name_cy : campaign.name, 200));
  out.set("tls_ready", date_text(campaign.tls_ready, words, now));
  out.set("mandatory", date_text(campaign.mandatory_tls, words, now));
  out.set("any", truth(total > 0));
  const std::string text =
      words.say("campaigns.progress_text", {{"ready", std::to_string(count(Readiness::ready))},
                                            {"behind", std::to_string(count(Readiness::behind))},
                                            {"unknown", std::to_string(count(Readiness::unknown))},
                                            {"total", std::to_string(total)}});
  out.set("text", text);
  out.set("bar", bar_svg({{count(Readiness::ready), "mf-tone-5"},
                          {count(Readiness::no_mail), "mf-tone-3"},
                          {count(Readiness::behind), "mf-tone-1"},
                          {count(Readiness::unknown), "mf-tone-unknown"}},
                         text));
  over_time(members, words, now, out);
  data lists{data::type::list};
  const auto list = [&](const char* title, Readiness readiness) {
    lists.push_back(list_data(title, to_text(readiness).data(),
                              members[static_cast<size_t>(readiness)], words));
  };
  list("campaigns.who_behind", Readiness::behind);
  list("campaigns.who_unknown", Readiness::unknown);
  list("campaigns.who_ready", Readiness::ready);
  list("campaigns.no_mail", Readiness::no_mail);
  out.set("lists", lists);
  out.set("csv", "/campaigns.csv?campaign=" + number);
  out.set("csv_behind", "/campaigns.csv?campaign=" + number + "&readiness=behind");
  return out;
}

}  // namespace

std::string_view to_text(Readiness readiness) {
  return readiness_words[static_cast<size_t>(readiness)];
}

Readiness readiness_of(const DomainSummary& domain) {
  const Eligibility& eligibility = domain.trust.eligibility;
  if (!domain.last_look) return Readiness::unknown;
  if (eligibility.takes_no_mail) return Readiness::no_mail;
  if (!eligibility.t1) return Readiness::unknown;
  return *eligibility.t1 ? Readiness::ready : Readiness::behind;
}

data campaigns_data(const Snapshot& snapshot, std::span<const CampaignView> campaigns,
                    const Texts& words, Time now) {
  data rows{data::type::list};
  for (size_t i = 0; i < campaigns.size(); ++i)
    rows.push_back(campaign_data(snapshot, campaigns[i], i, words, now));
  data out{data::type::object};
  out.set("none", truth(campaigns.empty()));
  out.set("campaigns", rows);
  return out;
}

std::string campaign_csv(const Snapshot& snapshot, const CampaignView& campaign,
                         std::optional<Readiness> only) {
  std::string out =
      "domain,organisation,organisation_cy,sector,contact,readiness,tls_ready,reasons\r\n";
  const Members members = members_of(snapshot, campaign);
  for (size_t group = 0; group < members.size(); ++group) {
    if (only && static_cast<size_t>(*only) != group) continue;
    for (const DomainSummary* each : members[group]) {
      std::string reasons;
      for (const std::string& code : each->trust.eligibility.reasons)
        reasons += (reasons.empty() ? "" : " ") + code;
      out += spreadsheet_cell(each->name.text()) + "," +
             spreadsheet_cell(each->owner.organisation) + "," +
             spreadsheet_cell(each->owner.organisation_cy) + "," +
             spreadsheet_cell(each->owner.sector) + "," + spreadsheet_cell(each->owner.contact) +
             "," + std::string(readiness_words[group]) + "," +
             (each->owner.tls_ready ? to_text(*each->owner.tls_ready).substr(0, 10) : "") + "," +
             spreadsheet_cell(reasons) + "\r\n";
    }
  }
  return out;
}

}  // namespace mailfleet

#include "exporter/pages/fleet_page.h"

#include <algorithm>
#include <map>

#include "checks/base/text.h"
#include "exporter/pages/html.h"
#include "exporter/spreadsheet.h"
#include "exporter/tally.h"

namespace mailfleet {
namespace {

using Checks = std::span<const Check* const>;

constexpr size_t max_regressions_shown = 10;
constexpr size_t max_sectors_offered = 100;

// The query of this page with some parameters set anew; empty ones are left out.
std::string query_with(const Request& request, Fields changes) {
  static constexpr std::array<std::string_view, 7> kept{"q",     "sector", "state", "check",
                                                        "level", "sort",   "limit"};
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += (out.empty() ? "?" : "&") + std::string(name) + "=" + percent_encoded(value);
  };
  for (const std::string_view name : kept)
    if (std::ranges::find(changes, name, &Fields::value_type::first) == changes.end())
      add(name, request.filter(name));
  for (const auto& [name, value] : changes) add(name, value);
  return out;
}

data state_rows(const Tally& tally, const Texts& words, const std::string& action) {
  data out{data::type::list};
  for (const DomainState state : all_domain_states) {
    const std::string id(to_text(state));
    data row{data::type::object};
    row.set("name", words.say("state." + id));
    row.set("count", std::to_string(tally.states[static_cast<size_t>(state)]));
    row.set("tag", tag_of(state));
    row.set("url", action + "?state=" + id + "#domains");
    out.push_back(row);
  }
  return out;
}

data check_row(const Tally& tally, const Check& check, size_t index, const Texts& words,
               const std::string& action) {
  std::vector<BarPart> parts;
  std::string text;
  data levels{data::type::list};
  const auto add = [&](int level, size_t count, std::string_view id) {
    const std::string tone = tone_of(level, check.ladder.size());
    parts.push_back({count, tone});
    const std::string name = level_name(check, level, words);
    text += (text.empty() ? "" : ", ") +
            words.say("fleet.count", {{"count", std::to_string(count)}, {"level", name}});
    data row{data::type::object};
    row.set("name", name);
    row.set("count", std::to_string(count));
    row.set("tone", tone);
    row.set("url", action + "?check=" + percent_encoded(check.id) +
                       "&level=" + percent_encoded(id) + "#domains");
    if (count) levels.push_back(row);
  };
  for (size_t level = check.ladder.size(); level-- > 0;)
    add(static_cast<int>(level), tally.levels[index][level], check.ladder[level]);
  add(-1, tally.unknown[index], "unknown");
  data out{data::type::object};
  const std::string name = check_name(check, words);
  out.set("name", name);
  out.set("bar", bar_svg(parts, words.say("fleet.bar_text", {{"check", name}, {"levels", text}})));
  out.set("levels", levels);
  return out;
}

data regression_rows(const Snapshot& snapshot, Checks checks, const Texts& words) {
  std::vector<const RegressionView*> open;
  for (const RegressionView& each : snapshot.regressions)
    if (each.state == "confirmed" && each.severity != AlertLevel::info) open.push_back(&each);
  std::ranges::sort(open, std::ranges::greater(), [](const RegressionView* each) {
    return std::pair(each->severity, each->since);
  });
  data out{data::type::list};
  for (size_t i = 0; i < std::min(open.size(), max_regressions_shown); ++i) {
    const RegressionView& each = *open[i];
    const auto check = std::ranges::find(checks, each.check, &Check::id);
    data row{data::type::object};
    const std::string count = std::to_string(each.domains.size());
    row.set("where", each.domain
                         ? each.domain->text()
                         : words.say("fleet.affected",
                                     {{"cause", for_display(each.cause, 100)}, {"count", count}}));
    if (each.domain)
      row.set("url", url_in(words.language(), "/domains/" + percent_encoded(each.domain->text())));
    else
      row.set("url", truth(false));
    const std::string name =
        check == checks.end() ? for_display(each.kind, 100) : check_name(**check, words);
    row.set("what", words.word("kind", each.kind, name));
    const bool moved = !each.was.empty();  // else it is a finding: it was not there before
    row.set("moved", truth(moved));
    row.set("was", words.word("level", each.was, for_display(each.was, 100)));
    row.set("now", words.word("level", each.now, for_display(each.now, 100)));
    row.set("since", when(words, each.since));
    out.push_back(row);
  }
  return out;
}

data options(const std::vector<std::pair<std::string, std::string>>& values,
             std::string_view chosen) {
  data out{data::type::list};
  for (const auto& [value, name] : values) {
    data row{data::type::object};
    row.set("value", value);
    row.set("name", name);
    row.set("chosen", truth(value == chosen));
    out.push_back(row);
  }
  return out;
}

data state_options(std::string_view chosen, const Texts& words) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const DomainState state : all_domain_states)
    out.emplace_back(to_text(state), words.say("state." + std::string(to_text(state))));
  return options(out, chosen);
}

std::string unknown_text(const DomainSummary& domain, Checks checks, const Texts& words) {
  if (domain.state == DomainState::pending) return words.say("fleet.unknown_pending");
  std::string names;
  size_t unseen = 0;
  for (size_t i = 0; i < checks.size(); ++i) {
    if (i < domain.levels.size() && domain.levels[i] >= 0) continue;
    ++unseen;
    names += (names.empty() ? "" : ", ") + std::string(checks[i]->id);
  }
  if (unseen == 0) return words.say("fleet.unknown_none");
  if (unseen == checks.size()) return words.say("fleet.unknown_all");
  return words.say("fleet.unknown_some", {{"checks", names}});
}

data domain_row_data(const DomainSummary& domain, Checks checks, const Texts& words, Time now) {
  std::vector<std::string> tones;
  std::string text;
  for (size_t i = 0; i < checks.size(); ++i) {
    const int level = i < domain.levels.size() ? domain.levels[i] : -1;
    tones.push_back(tone_of(level, checks[i]->ladder.size()));
    text += (text.empty() ? "" : "; ") + check_name(*checks[i], words) + ": " +
            level_name(*checks[i], level, words);
  }
  data out{data::type::object};
  out.set("domain", shown_name(domain));
  out.set("url", url_in(words.language(), "/domains/" + percent_encoded(domain.name.text())));
  out.set("organisation", for_display(organisation_in(words.language(), domain.owner), 120));
  out.set("state", words.say("state." + std::string(to_text(domain.state))));
  out.set("tag", tag_of(domain.state));
  out.set("strip", strip_svg(tones, text));
  const bool findings = domain.fails || domain.advices;
  out.set("findings",
          findings ? words.say("fleet.findings_text", {{"fails", std::to_string(domain.fails)},
                                                       {"advices", std::to_string(domain.advices)}})
                   : words.say("fleet.no_findings"));
  out.set("unknown", unknown_text(domain, checks, words));
  out.set("trust", trust_text(domain.trust, words));
  out.set("looked",
          domain.last_look ? ago(words, *domain.last_look, now) : words.say("fleet.never"));
  return out;
}

// The filters that are set, in words.
std::string filter_text(const Request& request, const Selection& selection, Checks checks,
                        const Texts& words) {
  std::vector<std::string> parts;
  if (!selection.q.empty()) parts.push_back("“" + for_display(request.filter("q"), 60) + "”");
  if (!selection.sector.empty()) parts.push_back(sector_name(selection.sector, words));
  if (selection.state)
    parts.push_back(words.say("state." + std::string(to_text(*selection.state))));
  if (selection.check && selection.level) {
    const Check& check = *checks[*selection.check];
    parts.push_back(check_name(check, words) + ": " + level_name(check, *selection.level, words));
  }
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? "" : words.say("fleet.filtered", {{"what", out}});
}

data sort_options(std::string_view chosen, const Texts& words) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view order : order_words)
    out.emplace_back(order, words.say("fleet.sort_" + std::string(order)));
  return options(out, chosen.empty() ? "name" : chosen);
}

data sector_rows(const FleetFigures& figures, const Texts& words, const std::string& action) {
  data out{data::type::list};
  size_t shown = 0;
  for (const auto& [sector, states] : figures.sectors) {
    if (++shown > max_sectors_offered) break;
    std::vector<BarPart> parts;
    std::string text;
    size_t total = 0;
    for (const DomainState state : all_domain_states) {
      const size_t count = states[static_cast<size_t>(state)];
      total += count;
      const std::string id(to_text(state));
      parts.push_back({count, "mf-state-" + id});
      if (count)
        text += (text.empty() ? "" : ", ") +
                words.say("fleet.count",
                          {{"count", std::to_string(count)}, {"level", words.say("state." + id)}});
    }
    data row{data::type::object};
    const std::string name = sector_name(sector, words);
    row.set("name", name);
    row.set(
        "url",
        given(sector.empty() ? "" : action + "?sector=" + percent_encoded(sector) + "#domains"));
    row.set("count", std::to_string(total));
    row.set("bar",
            bar_svg(parts, words.say("fleet.bar_text", {{"check", name}, {"levels", text}})));
    row.set("text", text);
    out.push_back(row);
  }
  return out;
}

// What opened and what was put right in the last seven days, of what is told to people.
void week_data(const Snapshot& snapshot, const Texts& words, Time now, data& out) {
  const Time begin = now - std::chrono::days(7);
  size_t opened = 0;
  size_t closed = 0;
  std::map<std::string, size_t> kinds;
  for (const RegressionView& each : snapshot.regressions) {
    if (each.severity == AlertLevel::info) continue;
    if (each.confirmed_at && *each.confirmed_at >= begin) {
      ++opened;
      ++kinds[each.kind];
    }
    closed += each.state == "resolved" && each.resolved_at && *each.resolved_at >= begin;
  }
  out.set("week", truth(opened + closed > 0));
  out.set("week_opened", words.say("fleet.week_opened", {{"count", std::to_string(opened)}}));
  out.set("week_closed", words.say("fleet.week_closed", {{"count", std::to_string(closed)}}));
  data rows{data::type::list};
  for (const auto& [kind, count] : kinds)
    rows.push_back(
        data(words.word("kind", kind, for_display(kind, 60)) + ": " + std::to_string(count)));
  out.set("week_kinds", rows);
}

data unknown_rows(const FleetFigures& figures, Checks checks, const Texts& words,
                  const std::string& action) {
  data out{data::type::list};
  for (size_t i = 0; i < checks.size(); ++i) {
    if (figures.tally.unknown[i] == 0) continue;
    const UnknownReasons& reasons = figures.unknown[i];
    std::string why;
    const auto add = [&](const char* key, size_t count) {
      if (count)
        why += (why.empty() ? "" : "; ") + words.say(key, {{"count", std::to_string(count)}});
    };
    add("fleet.unknown_why_pending", reasons.pending);
    add("fleet.unknown_why_silent", reasons.silent);
    add("fleet.unknown_why_mx", reasons.mx);
    add("fleet.unknown_why_other", reasons.other);
    data row{data::type::object};
    row.set("what",
            words.say("fleet.unknown_row", {{"check", check_name(*checks[i], words)},
                                            {"count", std::to_string(figures.tally.unknown[i])}}));
    row.set("url", action + "?check=" + percent_encoded(checks[i]->id) + "&level=unknown#domains");
    row.set("why", why);
    out.push_back(row);
  }
  return out;
}

}  // namespace

std::string tag_of(DomainState state) {
  switch (state) {
    case DomainState::good:
      return "govuk-tag--green";
    case DomainState::attention:
      return "govuk-tag--yellow";
    case DomainState::failing:
      return "govuk-tag--red";
    case DomainState::unknown:
      return "govuk-tag--grey";
    case DomainState::pending:
      return "govuk-tag--blue";
  }
  return "";
}

std::string check_name(const Check& check, const Texts& words) {
  return words.word("check", check.id, check.title);
}

std::string level_name(const Check& check, int level, const Texts& words) {
  if (level < 0 || static_cast<size_t>(level) >= check.ladder.size())
    return words.say("level.unknown");
  const std::string_view id = check.ladder[static_cast<size_t>(level)];
  return words.word("level", id, id);
}

std::string reason_text(std::string_view code, const Texts& words) {
  return words.word("reason", code, words.word("kind", code, for_display(code, 100)));
}

std::string sector_name(const std::string& sector, const Texts& words) {
  if (sector.empty()) return words.say("fleet.sector_none");
  return words.word("sector", sector, for_display(sector, 60));
}

data sector_options(const FleetFigures& figures, std::string_view chosen, const Texts& words) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [each, states] : figures.sectors) {
    // What a form could not send back as it is would find nothing.
    if (each.empty() || for_display(each, 60) != each || out.size() == max_sectors_offered)
      continue;
    out.emplace_back(each, sector_name(each, words));
  }
  return options(out, chosen);
}

std::string trust_text(const TrustView& trust, const Texts& words) {
  std::string out = words.say("trust." + std::string(to_text(trust.state)));
  if (trust.tier != Tier::none && trust.state != TrustState::none)
    out = words.say("trust.tier", {{"state", out}, {"tier", to_text(trust.tier)}});
  return trust.stale ? words.say("trust.stale", {{"text", out}}) : out;
}

data fleet_data(const Snapshot& snapshot, const FleetFigures& figures, Checks checks,
                const Request& request, const Texts& words, Time now) {
  const std::string action = url_in(words.language(), "/");
  const Tally& tally = figures.tally;
  const ParsedSelection parsed = parse_selection(request, checks);
  data out{data::type::object};
  out.set("starting", truth(!snapshot.ready));
  out.set("total", std::to_string(tally.domains));
  out.set("states", state_rows(tally, words, action));
  const data worse = regression_rows(snapshot, checks, words);
  out.set("has_regressions", truth(!worse.is_empty_list()));
  out.set("regressions", worse);
  data rows{data::type::list};
  for (size_t i = 0; i < checks.size(); ++i)
    rows.push_back(check_row(tally, *checks[i], i, words, action));
  out.set("checks", rows);
  const data sectors = sector_rows(figures, words, action);
  out.set("has_sectors", truth(figures.sectors.size() > 1));
  out.set("sector_rows", sectors);
  week_data(snapshot, words, now, out);
  const data unknown = unknown_rows(figures, checks, words, action);
  out.set("has_unknown", truth(!unknown.is_empty_list()));
  out.set("unknown_rows", unknown);
  out.set("action", action);
  out.set("sort_options", sort_options(request.filter("sort"), words));
  out.set("q", for_display(request.filter("q"), 200));
  out.set("sectors", sector_options(figures, request.filter("sector"), words));
  out.set("state_options", state_options(request.filter("state"), words));
  out.set("check", given(for_display(request.filter("check"), 60)));
  out.set("level", given(for_display(request.filter("level"), 60)));
  out.set("fault", given(parsed.fault));
  out.set("filtered",
          given(parsed.fault.empty() ? filter_text(request, parsed.selection, checks, words) : ""));
  const Selected selected = parsed.fault.empty() ? select(snapshot, parsed.selection) : Selected{};
  data domains{data::type::list};
  for (const DomainSummary* each : selected.domains)
    domains.push_back(domain_row_data(*each, checks, words, now));
  out.set("domains", domains);
  out.set(
      "first",
      given(parsed.selection.after.empty() ? "" : action + query_with(request, {}) + "#domains"));
  out.set("next", given(selected.next ? action + query_with(request, {{"cursor", *selected.next}}) +
                                            "#domains"
                                      : ""));
  out.set("csv", "/fleet.csv" + query_with(request, {{"limit", ""}}));
  return out;
}

std::string fleet_csv(const Snapshot& snapshot, Checks checks, Selection selection) {
  selection.limit = snapshot.domains.size() + 1;
  selection.after.clear();
  std::string out =
      "domain,organisation,organisation_cy,sector,state,fails,advices,last_look,tier,trust";
  for (const Check* check : checks) out += "," + std::string(check->id);
  out += "\r\n";
  for (const DomainSummary* each : select(snapshot, selection).domains) {
    out += spreadsheet_cell(each->name.text()) + "," + spreadsheet_cell(each->owner.organisation) +
           "," + spreadsheet_cell(each->owner.organisation_cy) + "," +
           spreadsheet_cell(each->owner.sector) + "," + std::string(to_text(each->state)) + "," +
           std::to_string(each->fails) + "," + std::to_string(each->advices) + "," +
           (each->last_look ? to_text(*each->last_look) : "") + "," +
           std::string(to_text(each->trust.tier)) + "," + std::string(to_text(each->trust.state));
    for (size_t i = 0; i < checks.size(); ++i) {
      const int level = i < each->levels.size() ? each->levels[i] : -1;
      out += "," + std::string(level < 0 ? "unknown" : checks[i]->level_name(level));
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace mailfleet

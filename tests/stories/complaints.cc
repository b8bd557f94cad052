// What was told against what should have been.
#include <algorithm>

#include "monitor/config.h"
#include "tests/stories/play.h"

namespace mailfleet::stories {
namespace {

// Beyond the wait that a class asks for: the confirming look itself, and a look that came late.
constexpr Seconds confirmation_slack = std::chrono::minutes(5);

std::string subject(const std::string& domain, const std::string& cause) {
  return (domain.empty() ? "" : " " + domain) + (cause.empty() ? "" : " " + cause);
}

std::string text_of(const Expected& each) {
  return each.severity + " " + each.kind + subject(each.domain, each.cause);
}

std::string text_of(const Window& window) {
  return in_words(window.first) + ".." + in_words(window.second);
}

bool contains(const Window& window, Seconds at) {
  return at >= window.first && at <= window.second;
}

// A told alert or a recorded incident, as one thing to compare.
struct Seen {
  std::string kind{};
  std::string severity{};
  std::string domain{};
  std::string cause{};
  Seconds told{};
  std::optional<Seconds> ended{};
  const ToldAlert* alert = nullptr;  // null: recorded only
  const RegressionView* incident = nullptr;
  bool taken = false;

  std::string text() const {
    return severity + " " + kind + subject(domain, cause) + " at " + in_words(told);
  }
};

class Judge {
 public:
  Judge(const Story& story, const Played& played) : story_(story), played_(played) {}

  std::vector<std::string> run() {
    out_ = played_.complaints;
    gather();
    Seconds last{0};
    for (const Expected& expected : story_.alerts) {
      Seen* found = find(expected);
      if (!found) {
        complain("missing: " + text_of(expected));
        continue;
      }
      found->taken = true;
      compare(expected, *found);
      if (found->told < last) complain("order: " + text_of(expected) + " came too early");
      last = found->told;
    }
    for (const Seen& each : seen_)
      if (!each.taken) complain("extra: " + each.text() + what(each));
    moments();
    others();
    return std::move(out_);
  }

 private:
  void complain(std::string text) { out_.push_back(std::move(text)); }

  static std::string what(const Seen& each) {
    return each.incident ? " (" + each.incident->was + " -> " + each.incident->now + ")" : "";
  }

  Seconds since_start(Time at) const { return at - played_.start; }

  void gather() {
    for (const ToldAlert& alert : played_.alerts) {
      if (!alert.told) continue;  // it was over before anybody could be told
      Seen seen{.kind = alert.label("kind"),
                .severity = alert.label("severity"),
                .domain = alert.label("domain"),
                .cause = alert.label("cause"),
                .told = *alert.told,
                .ended = alert.ended,
                .alert = &alert};
      seen.incident = incident_of(alert);
      if (!seen.incident) complain("delivery: told of what nobody recorded: " + seen.text());
      seen_.push_back(seen);
    }
    for (const auto& [id, incident] : played_.incidents) {
      if (!incident.confirmed_at || incident.severity != AlertLevel::info) continue;
      Seen seen{.kind = incident.kind,
                .severity = "info",
                .domain = incident.domain ? incident.domain->text() : "",
                .cause = incident.cause,
                .told = since_start(*incident.confirmed_at),
                .incident = &incident};
      if (incident.resolved_at) seen.ended = since_start(*incident.resolved_at);
      seen_.push_back(seen);
    }
    std::ranges::stable_sort(seen_, {}, &Seen::told);
  }

  const RegressionView* incident_of(const ToldAlert& alert) const {
    for (const auto& [id, incident] : played_.incidents)
      if (incident.kind == alert.label("kind") && incident.cause == alert.label("cause") &&
          (incident.domain ? incident.domain->text() : "") == alert.label("domain") &&
          to_text(incident.severity) == alert.label("severity") && incident.confirmed_at &&
          to_text(*incident.confirmed_at) == alert.starts_at)
        return &incident;
    return nullptr;
  }

  // The same kind about the same; of the right severity if there is one.
  Seen* find(const Expected& expected) {
    Seen* second_best = nullptr;
    for (Seen& each : seen_) {
      if (each.taken || each.kind != expected.kind ||
          (expected.domain != "*" && each.domain != expected.domain) ||
          each.cause != expected.cause)
        continue;
      if (each.severity == expected.severity) return &each;
      if (!second_best) second_best = &each;
    }
    return second_best;
  }

  void compare(const Expected& expected, const Seen& seen) {
    const std::string who = text_of(expected);
    if (seen.severity != expected.severity) complain("severity: " + who + " is " + seen.severity);
    if (!contains(expected.told, seen.told))
      complain("time: " + who + " came at " + in_words(seen.told) + ", not " +
               text_of(expected.told));
    compare_end(expected, seen);
    for (const auto& [name, value] : expected.labels)
      if (!seen.alert || seen.alert->label(name) != value)
        complain("label: " + who + " has " + name + "=\"" +
                 (seen.alert ? seen.alert->label(name) : "") + "\", not \"" + value + "\"");
    compare_domains(expected, seen);
    compare_confirmation(expected, seen);
  }

  void compare_end(const Expected& expected, const Seen& seen) {
    const std::string who = text_of(expected);
    if (expected.ended && !seen.ended)
      complain("ended: " + who + " did not end");
    else if (!expected.ended && seen.ended && seen.severity != "info")
      complain("ended: " + who + " ended at " + in_words(*seen.ended));
    else if (expected.ended && !contains(*expected.ended, *seen.ended))
      complain("ended: " + who + " at " + in_words(*seen.ended) + ", not " +
               text_of(*expected.ended));
  }

  void compare_domains(const Expected& expected, const Seen& seen) {
    if (!seen.incident) return;
    std::vector<std::string> names;
    for (const Name& name : seen.incident->domains) names.push_back(name.text());
    const bool count_wrong = expected.domain_count && names.size() != *expected.domain_count;
    const bool names_wrong = !expected.domains.empty() && names != expected.domains;
    if (count_wrong || names_wrong)
      complain("domains: " + text_of(expected) + " touches " + std::to_string(names.size()));
  }

  Seconds wait_of(const std::string& confirm) const {
    const ConfirmConfig config = parse_config(story_.config, "config.toml").confirm;
    if (confirm == "C1") return config.content_wait;
    if (confirm == "C2") return config.absence_wait;
    return confirm == "C3" ? config.connection_wait : Seconds(0);
  }

  void compare_confirmation(const Expected& expected, const Seen& seen) {
    if (expected.confirm.empty() || !seen.incident || !seen.incident->confirmed_at) return;
    const Seconds wait = wait_of(expected.confirm);
    const Seconds took = *seen.incident->confirmed_at - seen.incident->since;
    if (took < wait || took > wait + confirmation_slack)
      complain("confirm: " + text_of(expected) + " took " + in_words(took) + ", not " +
               in_words(wait));
  }

  static std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) out += (out.empty() ? "" : ", ") + line;
    return out.empty() ? "nothing" : out;
  }

  void moments() {
    for (size_t i = 0; i < story_.moments.size(); ++i) {
      std::vector<std::string> wanted = story_.moments[i].open;
      std::ranges::sort(wanted);
      const auto found = i < played_.moments.size() ? played_.moments[i]
                                                    : std::vector<std::string>{"no such time"};
      if (found != wanted)
        complain("moment: at " + in_words(story_.moments[i].at) + " open are " + joined(found) +
                 ", not " + joined(wanted));
    }
  }

  void others() {
    for (const std::string& each : story_.seen)
      if (!played_.seen.contains(each)) {
        const std::vector<std::string> all(played_.seen.begin(), played_.seen.end());
        complain("seen: no change " + each + "; but " + joined(all));
      }
    for (const std::string& each : story_.unseen)
      if (!played_.unseen.contains(each)) complain("unseen: " + each + " was always seen");
    for (const auto& [domain, state] : story_.trust) {
      const auto found = played_.trust.find(domain);
      const std::string now = found == played_.trust.end() ? "not looked at" : found->second;
      if (now != state) complain("trust: " + domain + " is " + now + ", not " + state);
    }
  }

  const Story& story_;
  const Played& played_;
  std::vector<Seen> seen_{};
  std::vector<std::string> out_{};
};

}  // namespace

std::vector<std::string> complaints(const Story& story, const Played& played) {
  return Judge(story, played).run();
}

}  // namespace mailfleet::stories

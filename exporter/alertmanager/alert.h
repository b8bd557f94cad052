// An incident as Alertmanager's API v2 wants it. Pure.
//
// Labels are the identity: they are fixed when the incident opens. Annotations carry before, after,
// evidence and the page, in plain text; what outsiders wrote is made fit for display and capped.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitor/watch/incident.h"

namespace mailfleet {

struct AlertSettings {
  std::string base_url{};  // ends in "/"
  Seconds resend_interval{60};
};

// Alertmanager gives up on an alert that is not sent again by then.
constexpr int resends_until_end = 4;
// A resolved alert is sent again for this long, for members that were away.
constexpr Seconds resolved_resent{15 * 60};
constexpr size_t max_domains_named = 100;

struct Alert {
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  Time starts_at{};
  std::optional<Time> ends_at{};  // empty: Alertmanager counts from when it gets it
  std::string generator_url{};

  bool operator==(const Alert&) const = default;
};

// "dmarc-reporting-lost" -> "DmarcReportingLost"; "self-prober-degraded" ->
// "MailfleetProberDegraded".
std::string alert_name(std::string_view kind);

// The alert to post for an incident at `now`; empty when it is not to be told: suspected, of
// severity info, or ended longer ago than resolved_resent.
std::optional<Alert> alert_of(const Incident& incident, const AlertSettings& settings, Time now);

// What Alertmanager would refuse, in one line; empty when it is good.
std::string fault_of(const Alert& alert);

// The body of POST /api/v2/alerts.
std::string alerts_json(const std::vector<Alert>& alerts);

}  // namespace mailfleet

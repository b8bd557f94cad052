#include "monitor/watch/stale.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr std::string_view stale_kind = "stale";

// A check that follows its unknown itself tells it by a regression of its own.
bool told_otherwise(const DomainWatch& watch, std::string_view check) {
  return std::ranges::any_of(watch.regressions, [&](const Regression& each) {
    return each.check == check && each.confirm == Confirmation::c4;
  });
}

std::string text(const Value& value) { return std::string(value.as_string().value_or("")); }

// Who runs the mail host, as far as the last known route tells; empty else.
std::string operator_of(const Posture& posture, std::string_view host) {
  const Standing* mx = posture.find("mx");
  if (!mx) return {};
  for (const Value& each : mx->facts["hosts"].items())
    if (text(each["host"]) == host) return text(each["operator"]);
  return {};
}

// The first of the name servers that were known last.
std::string name_server_of(const Posture& posture) {
  const Standing* mx = posture.find("mx");
  const auto& servers = mx ? mx->facts["dns"]["ns"].items() : Value::List{};
  return servers.empty() ? std::string() : text(servers.front());
}

// An endpoint of which the latest look does not know what it is asked for.
bool is_unseen(const Value& endpoint) {
  if (endpoint["reachable"].as_bool() == false) return true;
  for (const char* fact : {"offered", "chain", "matches"})
    for (const auto& [key, value] : endpoint.members())
      if (key == fact && value.is_null()) return true;
  return false;
}

// What others may share: who runs the mail host, the mail host itself, or the name server.
std::string cause_of(const Name& domain, const Posture& posture, const Standing& standing) {
  const auto& endpoints = standing.unseen->facts["endpoints"].items();
  const auto unseen = std::ranges::find_if(endpoints, is_unseen);
  if (!endpoints.empty()) {
    const std::string host =
        text((unseen == endpoints.end() ? endpoints.front() : *unseen)["host"]);
    const std::string who = operator_of(posture, host);
    return who.empty() ? "endpoint:" + host : "operator:" + who;
  }
  const std::string fetch = text(standing.unseen->facts["fetch"]);
  if (!fetch.empty() && fetch != "dns-failed") return "policy-host:mta-sts." + domain.text();
  const std::string server = name_server_of(posture);
  return server.empty() ? domain.text() : "ns:" + server;
}

struct Stale {
  std::string
      checks{};         // whose last known level is older than its promise: "starttls, certificate"
  std::string cause{};  // that all of them share with others; empty: the domain's own
};

Stale stale_of(const DomainWatch& watch, const Name& domain, const Posture& posture,
               Seconds promise) {
  Stale out;
  for (const Standing& standing : posture.standings) {
    const bool old =
        standing.level && standing.unseen && standing.seen && posture.at - *standing.seen > promise;
    if (!old || told_otherwise(watch, standing.check)) continue;
    const std::string cause = cause_of(domain, posture, standing);
    if (out.checks.empty())
      out.cause = is_shared_cause(cause) ? cause : "";
    else if (cause != out.cause)
      out.cause.clear();
    (out.checks += out.checks.empty() ? "" : ", ") += standing.check;
  }
  return out;
}

}  // namespace

std::vector<Notice> notice_stale(DomainWatch& watch, const Name& domain, const Posture& posture,
                                 const LookContext& look, const ConfirmSettings& settings) {
  const auto open = std::ranges::find(watch.regressions, stale_kind, &Regression::kind);
  const Stale stale = stale_of(watch, domain, posture,
                               look.trusted ? settings.stale_trusted : settings.stale_other);
  std::vector<Notice> out;
  if (stale.checks.empty() && open != watch.regressions.end()) {
    open->state = RegressionState::resolved;
    open->ended_at = look.now;
    out.push_back({Decision::resolved, "", *open, {}, {}});
    watch.regressions.erase(open);
  } else if (!stale.checks.empty() && open == watch.regressions.end() && !look.hold) {
    watch.regressions.push_back({.kind = std::string(stale_kind),
                                 .cause = stale.cause,
                                 .severity = AlertLevel::ticket,
                                 .confirm = Confirmation::c0,
                                 .was = "seen",
                                 .now = "not seen: " + stale.checks,
                                 .state = RegressionState::confirmed,
                                 .since = look.now,
                                 .confirmed_at = look.now});
    out.push_back({Decision::confirmed, "", watch.regressions.back(), {}, {}});
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> unseen_causes(const Name& domain,
                                                               const Posture& posture) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Standing& standing : posture.standings) {
    if (!standing.level || !standing.unseen) continue;
    out.emplace_back(standing.check, cause_of(domain, posture, standing));
  }
  return out;
}

}  // namespace mailfleet

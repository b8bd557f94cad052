#include "exporter/alertmanager/alert.h"

#include <algorithm>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "exporter/alertmanager/first_step.h"

namespace mailfleet {
namespace {

constexpr std::string_view self_prefix = "self-";

bool is_self(const Incident& incident) { return incident.kind.starts_with(self_prefix); }

std::string subject_of(const Incident& incident) {
  if (is_self(incident)) return "the monitor";
  if (incident.domain && incident.cause.empty()) return incident.domain->text();
  if (incident.domains.size() == 1)
    return incident.domains.begin()->text() + " (" + incident.cause + ")";
  return incident.cause + ", " + std::to_string(incident.domains.size()) + " domains";
}

std::string named_domains(const Incident& incident) {
  std::string out;
  size_t named = 0;
  for (const Name& name : incident.domains) {
    if (named++ == max_domains_named)
      return out + " and " + std::to_string(incident.domains.size() - max_domains_named) + " more";
    (out += out.empty() ? "" : " ") += name.text();
  }
  return out;
}

std::string in_words(std::string_view kind) {
  std::string out(kind.starts_with(self_prefix) ? kind.substr(self_prefix.size()) : kind);
  std::ranges::replace(out, '-', ' ');
  return out;
}

std::string described(const Incident& incident) {
  std::string out;
  if (!incident.was.empty() || !incident.now.empty())
    out += "Before: " + for_display(incident.was, 300) +
           "\nNow: " + for_display(incident.now, 300) + "\n";
  if (!incident.evidence.empty()) out += "Seen: " + for_display(incident.evidence, 600) + "\n";
  return out + "First: " + std::string(first_step(incident.kind));
}

std::string page_of(const Incident& incident, const AlertSettings& settings) {
  if (is_self(incident)) return settings.base_url;
  if (incident.domain) return settings.base_url + "domains/" + incident.domain->text();
  return settings.base_url + "regressions";
}

void add_label(Alert& alert, const char* name, const std::string& value) {
  // An empty label is no label to Alertmanager.
  if (!value.empty()) alert.labels[name] = for_display(value, 200);
}

}  // namespace

std::string alert_name(std::string_view kind) {
  std::string out;
  if (kind.starts_with(self_prefix)) {
    out = "Mailfleet";
    kind.remove_prefix(self_prefix.size());
  }
  bool upper = true;
  for (const char c : kind) {
    if (c == '-') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

std::optional<Alert> alert_of(const Incident& incident, const AlertSettings& settings, Time now) {
  if (incident.severity < AlertLevel::ticket || !incident.confirmed_at) return {};
  if (incident.ended_at && now - *incident.ended_at > resolved_resent) return {};
  Alert alert{.starts_at = *incident.confirmed_at,
              .ends_at = incident.ended_at ? std::max(*incident.ended_at, *incident.confirmed_at)
                                           : now + settings.resend_interval * resends_until_end,
              .generator_url = page_of(incident, settings)};
  alert.labels = {{"alertname", alert_name(incident.kind)},
                  {"kind", incident.kind},
                  {"severity", std::string(to_text(incident.severity))}};
  add_label(alert, "check", incident.check);
  if (incident.domain) add_label(alert, "domain", incident.domain->text());
  add_label(alert, "cause", incident.cause);
  add_label(alert, "sector", incident.sector);
  add_label(alert, "organisation", incident.organisation);
  alert.annotations = {
      {"summary", in_words(incident.kind) + ": " + for_display(subject_of(incident), 300)},
      {"description", described(incident)},
      {"runbook_url", settings.base_url + "runbooks/" + incident.kind},
      {"page", page_of(incident, settings)}};
  if (!incident.contact.empty()) alert.annotations["contact"] = for_display(incident.contact, 200);
  if (!incident.domains.empty()) alert.annotations["domains"] = named_domains(incident);
  return alert;
}

std::string fault_of(const Alert& alert) {
  if (!alert.labels.contains("alertname")) return "an alert without a name";
  if (alert.ends_at && *alert.ends_at < alert.starts_at) return "it ends before it starts";
  for (const auto& [name, value] : alert.labels) {
    const bool good = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    });
    if (!good) return "the label name \"" + name + "\" is not allowed";
    if (value.empty()) return "the label " + name + " is empty";
  }
  return {};
}

std::string alerts_json(const std::vector<Alert>& alerts) {
  Value list = Value::list();
  for (const Alert& alert : alerts) {
    Value labels = Value::object();
    for (const auto& [name, value] : alert.labels) labels.set(name, value);
    Value annotations = Value::object();
    for (const auto& [name, value] : alert.annotations) annotations.set(name, value);
    Value out = Value::object({{"labels", std::move(labels)},
                               {"annotations", std::move(annotations)},
                               {"startsAt", to_text(alert.starts_at)}});
    if (alert.ends_at) out.set("endsAt", to_text(*alert.ends_at));
    out.set("generatorURL", alert.generator_url);
    list.push(std::move(out));
  }
  return to_json(list);
}

}  // namespace mailfleet

#include "tests/stories/receiver.h"

#include <algorithm>
#include <boost/json.hpp>

namespace mailfleet::stories {
namespace {

using Texts = std::map<std::string, std::string>;

Texts texts_of(const boost::json::value& object) {
  Texts out;
  for (const auto& [key, value] : object.as_object())
    out[std::string(key)] = std::string(value.as_string());
  return out;
}

std::string joined(const Texts& labels) {
  std::string out;
  for (const auto& [name, value] : labels) out += " " + name + "=" + value;
  return out;
}

bool is_self(const Texts& labels) {
  const auto kind = labels.find("kind");
  return kind != labels.end() && kind->second.starts_with("self-");
}

// What a person would miss in it; empty: nothing.
std::string fault_of(const ToldAlert& alert) {
  std::vector<std::string> wanted = {"summary", "description", "runbook_url", "page"};
  if (!is_self(alert.labels)) wanted.push_back("domains");
  for (const std::string& name : wanted) {
    const auto found = alert.annotations.find(name);
    if (found == alert.annotations.end() || found->second.empty()) return "no annotation " + name;
  }
  for (const char* name : {"alertname", "kind", "severity", "check"})
    if (alert.label(name).empty()) return std::string("no label ") + name;
  if (alert.label("severity") != "page" && alert.label("severity") != "ticket")
    return "severity " + alert.label("severity") + " is not for people";
  if (is_self(alert.labels) != alert.label("alertname").starts_with("Mailfleet"))
    return "alertname " + alert.label("alertname");
  if (is_self(alert.labels) ? !alert.label("domain").empty()
                            : alert.label("domain").empty() && alert.label("cause").empty())
    return "is about nobody, or the monitor's with a domain";
  return {};
}

}  // namespace

std::string in_words(Seconds elapsed) {
  std::string out = elapsed.count() < 0 ? "-" : "";
  auto left = std::abs(elapsed.count());
  for (const auto& [size, unit] : {std::pair{86400L, "d"}, {3600L, "h"}, {60L, "m"}, {1L, "s"}}) {
    if (left >= size) out += std::to_string(left / size) + unit;
    left %= size;
  }
  return out.empty() ? "0s" : out;
}

std::string ToldAlert::label(const std::string& name) const {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

void Receiver::complain(const ToldAlert& alert, const std::string& what, Seconds elapsed) {
  const std::string text = "delivery: " + what + ":" + joined(alert.labels);
  if (std::ranges::any_of(complaints_, [&](const auto& each) { return each.starts_with(text); }))
    return;
  complaints_.push_back(text + " (at " + in_words(elapsed) + ")");
}

ToldAlert& Receiver::known(const Texts& labels, const std::string& starts_at) {
  const auto found = std::ranges::find_if(alerts_, [&](const ToldAlert& each) {
    return each.labels == labels && each.starts_at == starts_at;
  });
  if (found != alerts_.end()) return *found;
  alerts_.push_back({.labels = labels, .starts_at = starts_at});
  return alerts_.back();
}

// What Alertmanager gives an alert without an end.
constexpr Seconds resolve_timeout{300};

void Receiver::take(const std::string& body, Time now, Seconds elapsed) {
  const boost::json::value posted = boost::json::parse(body);
  for (const auto& item : posted.as_array()) {
    const Texts labels = texts_of(item.at("labels"));
    const std::string starts_at(item.at("startsAt").as_string());
    for (const ToldAlert& other : alerts_)
      if (other.labels == labels && other.starts_at != starts_at && other.told && !other.ended)
        complain(other, "its start moved from " + other.starts_at + " to " + starts_at, elapsed);
    ToldAlert& alert = known(labels, starts_at);
    alert.annotations = texts_of(item.at("annotations"));
    ++alert.posts;
    const auto starts = parse_time(starts_at);
    const auto* end = item.as_object().if_contains("endsAt");
    const auto ends =
        end ? parse_time(std::string(end->as_string())) : std::optional(now + resolve_timeout);
    if (!starts || !ends || *ends < *starts) complain(alert, "ends before it starts", elapsed);
    if (const std::string fault = fault_of(alert); !fault.empty()) complain(alert, fault, elapsed);
    if (!ends) continue;
    alert.ends_at = *ends;
    if (*ends <= now) {
      if (!alert.ended) alert.ended = elapsed;
    } else if (alert.ended) {
      complain(alert, "fires again after it was over", elapsed);
    } else if (!alert.told) {
      alert.told = elapsed;
    }
  }
}

void Receiver::look(Time now, Seconds elapsed) {
  if (down) return;
  for (ToldAlert& alert : alerts_)
    if (alert.told && !alert.ended && alert.ends_at < now && !forgiven_)
      complain(alert, "ran out without a word", elapsed);
  forgiven_ = false;
}

}  // namespace mailfleet::stories

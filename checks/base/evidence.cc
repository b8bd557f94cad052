#include "checks/base/evidence.h"

#include <array>

namespace mailfleet {
namespace {

// In the order of SmtpReason; a closed list.
constexpr std::array<std::string_view, 16> smtp_reasons{
    "",           "no-address",   "refused",       "timeout",   "banner-4xx", "banner-5xx",
    "ehlo-failed", "not-offered", "masked",        "starttls-454", "starttls-5xx", "injection",
    "closed",     "handshake-failed", "handshake-timeout", "our-load"};

}  // namespace

std::string_view to_text(SmtpReason reason) { return smtp_reasons[static_cast<size_t>(reason)]; }

std::optional<SmtpReason> parse_smtp_reason(std::string_view text) {
  for (size_t i = 0; i < smtp_reasons.size(); ++i)
    if (smtp_reasons[i] == text) return static_cast<SmtpReason>(i);
  return {};
}

void Evidence::add(const Question& question, Observation observation) {
  if (const auto* of_dns = std::get_if<DnsQuestion>(&question))
    dns[*of_dns] = std::get<DnsObservation>(std::move(observation));
  else if (const auto* of_smtp = std::get_if<SmtpQuestion>(&question))
    smtp[*of_smtp] = std::get<SmtpObservation>(std::move(observation));
  else if (const auto* of_https = std::get_if<HttpsQuestion>(&question))
    https[*of_https] = std::get<HttpsObservation>(std::move(observation));
  else
    suffix[std::get<SuffixQuestion>(question)] = std::get<SuffixObservation>(std::move(observation));
}

Observation failed_observation(const Question& question, std::string why) {
  if (std::holds_alternative<DnsQuestion>(question))
    return DnsObservation{
        .outcome = Outcome::failed, .status = DnsStatus::servfail, .why = std::move(why)};
  if (std::holds_alternative<SmtpQuestion>(question))
    return SmtpObservation{
        .outcome = Outcome::failed, .reason = SmtpReason::our_load, .why = std::move(why)};
  if (std::holds_alternative<HttpsQuestion>(question))
    return HttpsObservation{
        .outcome = Outcome::failed, .reason = HttpsReason::our_load, .why = std::move(why)};
  return SuffixObservation{.outcome = Outcome::failed};
}

template <class Key, class Seen>
const Seen& Facts::look(const std::map<Key, Seen>& table, Key key) {
  static const Seen pending;
  const auto found = table.find(key);
  if (found != table.end()) return found->second;
  missing_.insert(Question(std::move(key)));
  return pending;
}

const DnsObservation& Facts::dns(const Name& name, DnsType type) {
  return look(evidence_.dns, DnsQuestion{name, type});
}

const DnsObservation& Facts::dns(const std::optional<Name>& name, DnsType type) {
  static const DnsObservation cannot_exist{
      .outcome = Outcome::absent, .status = DnsStatus::nxdomain, .dnssec = Dnssec::insecure};
  return name ? dns(*name, type) : cannot_exist;
}

const SmtpObservation& Facts::smtp(const Name& host, const Address& address, SmtpDepth depth) {
  return look(evidence_.smtp, SmtpQuestion{host, address, depth});
}

const HttpsObservation& Facts::https(const Name& host, const Address& address, std::string path,
                                     std::string version) {
  return look(evidence_.https,
              HttpsQuestion{host, address, std::move(path), std::move(version)});
}

const SuffixObservation& Facts::suffix(const Name& name) {
  return look(evidence_.suffix, SuffixQuestion{name});
}

}  // namespace mailfleet

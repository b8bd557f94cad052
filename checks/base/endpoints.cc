#include "checks/base/endpoints.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr size_t max_not_probed_listed = 50;  // of a host; one answer may hold thousands

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

std::string joined(const std::vector<std::string>& list, std::string_view between) {
  std::string out;
  for (const std::string& each : list) (out += out.empty() ? "" : between) += each;
  return out;
}

}  // namespace

Value Endpoint::head() const {
  return Value::object(
      {{"host", host.text()}, {"address", address ? Value(address->text()) : Value()}});
}

std::vector<Endpoint> endpoints_of(const Route& route) {
  std::vector<Endpoint> out;
  for (const MailHost& host : route.hosts) {
    if (!host.addresses || host.addresses->empty()) {
      out.push_back({.host = host.host, .address_known = host.addresses.has_value()});
      continue;
    }
    for (const Address& address : *host.addresses)
      out.push_back({.host = host.host, .address = address});
    for (size_t i = 0; i < host.not_probed.size() && i < max_not_probed_listed; ++i)
      out.push_back({.host = host.host, .address = host.not_probed[i], .probed = false});
  }
  return out;
}

std::optional<std::vector<Endpoint>> endpoints_of(const Name& domain, Facts& facts,
                                                  Judgement& out) {
  const Route where = route(domain, facts);
  if (where.pending) return {};
  if (where.kind) return endpoints_of(where);
  out.facts.set("endpoints", nullptr);
  return {};
}

void EndpointFindings::note(std::string_view code, Severity severity, const Endpoint& endpoint,
                            std::string seen) {
  auto found = std::ranges::find_if(noted_, [&](const Noted& each) {
    const Finding& finding = findings_[each.at];
    return finding.code == code && finding.subject == endpoint.host.text();
  });
  if (found == noted_.end()) {
    findings_.push_back({std::string(code), severity, endpoint.host.text(), {}});
    found = noted_.insert(noted_.end(), {.at = findings_.size() - 1});
  }
  if (endpoint.address) add_once(found->addresses, endpoint.address->text());
  add_once(found->seen, std::move(seen));
  Finding& finding = findings_[found->at];
  finding.severity = std::max(finding.severity, severity);
  finding.seen = joined(found->seen, "; ");
  if (!found->addresses.empty()) finding.seen += " (" + joined(found->addresses, ", ") + ")";
}

std::vector<Finding> EndpointFindings::take() { return std::move(findings_); }

}  // namespace mailfleet

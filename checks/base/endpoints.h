// The places where a domain's mail is taken: every host of its route with every address, in the
// order of the route. What the checks of the connection (starttls, certificate, dane) share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/check.h"
#include "checks/base/route.h"

namespace mailfleet {

struct Endpoint {
  Name host;
  std::optional<Address> address{};  // empty: the host has none, or we could not learn it
  bool address_known = true;         // false: the look-up failed
  bool probed = true;                // false: one address too many; it stands for what nobody saw

  // {"host", "address"}: the head of each entry in an `endpoints` list.
  Value head() const;
  std::string address_text() const { return address ? address->text() : std::string(); }
};

// A host without an address stands in the list once. Addresses beyond those that are probed are
// listed too (the first fifty): whoever concludes from the list must meet what was not looked at.
std::vector<Endpoint> endpoints_of(const Route& route);
// The same for a domain. Empty while an answer is to come, and when DNS could not be asked: then
// the fact `endpoints` is null.
std::optional<std::vector<Endpoint>> endpoints_of(const Name& domain, Facts& facts, Judgement& out);

// Findings about endpoints, told once per host and code however many addresses show the same.
class EndpointFindings {
 public:
  void note(std::string_view code, Severity severity, const Endpoint& endpoint, std::string seen);
  void note(Finding finding) { findings_.push_back(std::move(finding)); }
  std::vector<Finding> take();  // in order of first note

 private:
  struct Noted {
    size_t at = 0;  // in findings_
    std::vector<std::string> addresses{};
    std::vector<std::string> seen{};
  };
  std::vector<Finding> findings_{};
  std::vector<Noted> noted_{};
};

}  // namespace mailfleet

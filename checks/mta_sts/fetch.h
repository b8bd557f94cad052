// Getting the policy: the policy host's addresses, then one GET over HTTPS on them in turn, and
// what became of it (RFC 8461 §3.3). The probe does the talking; this asks and judges the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/base/evidence.h"

namespace mailfleet::mta_sts {

constexpr size_t max_addresses_tried = 4;
constexpr std::string_view policy_path = "/.well-known/mta-sts.txt";

struct Fetch {
  bool pending = false;
  // One of the words of the documented list: ok, not-tried, dns-none, dns-failed, refused, timeout,
  // tls-error, certificate, http-404 (any number), redirect, too-large, slow, not-text, bad-http.
  // Empty: we could not even try.
  std::string outcome{};
  std::string reason{};  // of `certificate`: cert-name, cert-untrusted, cert-expired, cert-invalid
  std::string why{};     // in plain words, as the probe saw it
  std::string host{};    // who answers: the end of the policy host's aliases
  std::string body{};    // when ok
  std::optional<Time> fetched_at{};

  bool ok() const { return outcome == "ok"; }
  // Nothing answered: that says more of the network between than of the domain.
  bool inconclusive() const;
};

// Asks the hosts mta-sts.<domain>; `id` names the version wanted.
Fetch fetch_policy(const Name& domain, const std::string& id, Facts& facts);

}  // namespace mailfleet::mta_sts

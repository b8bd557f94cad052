// The feed's documents beside the editions: the public keys, the log of what came and went, and the
// list of domains that cannot take TLS today. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/name.h"
#include "exporter/feed/signature.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

struct KeyValidity {
  PublicKey key{};
  Time not_before{};
  Time not_after{};
};
std::string keys_json(const std::vector<KeyValidity>& keys);

// One line of the append-only log. Each holds the digest of the line before, so that nobody can
// take one out unseen.
struct FeedChange {
  explicit FeedChange(Name name) : domain(std::move(name)) {}
  Name domain;
  uint64_t number = 0;  // from 1, without gaps
  Time at{};
  TrustTransition transition{};
  std::string previous_sha256{};  // of the line before; empty for the first
};
std::string change_line(const FeedChange& change);  // canonical JSON, what is hashed
// `lines` oldest first, as change_line wrote them.
std::string changes_json(const std::vector<std::string>& lines);
// The number of the first line that breaks the chain; empty when it is whole.
std::optional<size_t> broken_link(const std::vector<std::string>& lines);

// A domain for which TLS, or a certificate that can be checked, cannot be required today.
struct FeedException {
  explicit FeedException(Name name) : domain(std::move(name)) {}
  Name domain;
  std::string organisation{};
  bool takes_tls = false;  // it does, but its certificate cannot be required
  std::vector<std::string> reasons{};
  Time seen{};
};
std::string exceptions_json(const std::vector<FeedException>& exceptions, const std::string& issuer,
                            Time issued, Time expires);
// Only what is known: an unknown makes no exception. Empty when nothing stands against requiring
// TLS.
std::optional<FeedException> exception_of(const Name& domain, const std::string& organisation,
                                          const Eligibility& eligibility, Time seen);

}  // namespace mailfleet

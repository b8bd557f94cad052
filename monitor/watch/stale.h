// A domain that could not be seen for long is told once, as a ticket, however many checks it
// touches. Pure. While the monitor doubts itself nobody is called stale.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/watch/posture.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

// Opens or ends the domain's "stale" regression in `watch`; the notices to be told. Its cause is
// what all its checks share with other domains.
std::vector<Notice> notice_stale(DomainWatch& watch, const Name& domain, const Posture& posture,
                                 const LookContext& look, const ConfirmSettings& settings);

// The checks that were known and could not be seen in the latest look, each with what it may share
// with other domains: "operator:NAME" or "endpoint:HOST" when it is about mail hosts, else
// "ns:NAME"; the domain itself when none is known.
std::vector<std::pair<std::string, std::string>> unseen_causes(const Name& domain,
                                                               const Posture& posture);
// Whether that is something that others may share.
inline bool is_shared_cause(std::string_view cause) {
  return cause.find(':') != std::string_view::npos;
}

}  // namespace mailfleet

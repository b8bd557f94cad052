// A domain that could not be seen for long is told once, as a ticket, however many checks it
// touches. Pure. While the monitor doubts itself nobody is called stale.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "monitor/watch/posture.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

// Opens or ends the domain's "stale" regression in `watch`; the notices to be told.
std::vector<Notice> notice_stale(DomainWatch& watch, const Posture& posture,
                                 const LookContext& look, const ConfirmSettings& settings);

// The checks that were known and could not be seen in the latest look, each with what it may share
// with other domains: the mail host when the check is about hosts, else the domain itself.
std::vector<std::pair<std::string, std::string>> unseen_causes(const Name& domain,
                                                               const Posture& posture);

}  // namespace mailfleet

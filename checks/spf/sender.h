// What `mailfleet check --ip --mail-from` asks: would mail from there pass SPF? One question of a
// person put to check_host.h, and its answer as facts.
#pragma once

#include <string>

#include "checks/base/check.h"

namespace mailfleet {

// What a person asks: would mail from `ip` with this MAIL FROM (empty: the null sender, so that the
// HELO name is judged, RFC 7208 §2.4) pass? A missing HELO name is taken to be the sender's domain.
struct SenderQuestion {
  Name domain;  // the domain under examination
  Address ip{};
  std::string mail_from{};
  std::string helo{};
};

// Facts: {"check_host": {"result","mechanism","explanation","reason","identity","lookups","voids",
// "trace":[{"domain","term","lookups","outcome"}]}}. No level and no findings. While something is
// pending the facts are null: run it as the judge of a check in a scan.
Judgement judge_sender(const SenderQuestion& question, Facts& facts);

}  // namespace mailfleet

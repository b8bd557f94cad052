// One SMTP connection: the dialogue (smtp_dialogue.h) on a socket, with STARTTLS in place, all
// within one absolute deadline. Thin: what to say and what it means is decided by the dialogue.
// Network thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "monitor/probe/connect.h"
#include "monitor/probe/probe_parts.h"
#include "monitor/probe/tls_scan.h"

namespace mailfleet {

struct SmtpVisit {
  Name host;  // SNI
  Target target{};
  // A deep scan's attempt: only the handshake is of interest. Empty: the whole session, with
  // everything a willing sender offers.
  std::optional<TlsAttempt> attempt{};
};

struct SmtpVisited {
  SmtpObservation observation{};
  bool asked_to_go_away = false;
  std::optional<int> dh_bits{};
  // Of an attempt.
  TlsAnswer answer = TlsAnswer::inconclusive;
  HelloReply hello{};

  std::chrono::steady_clock::time_point began{};
  std::chrono::steady_clock::time_point known{};  // when the facts were complete, before QUIT
};

// Calls `done` once, from the event loop, when the connection is closed. The clock stops while the
// visit waits for one of our own places for handshakes. It keeps
// `parts` alive.
void visit_smtp(ProbePartsPtr parts, SmtpVisit visit, std::function<void(SmtpVisited)> done);

}  // namespace mailfleet

// An SMTP server that says what it likes, in pieces as it likes, before and inside TLS.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "monitor/probe/smtp_dialogue.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SmtpDialogue dialogue("monitor.example");
  SmtpDialogue::Next next;
  size_t at = 0;
  while (at < size && next.act != SmtpDialogue::Act::close) {
    if (next.act == SmtpDialogue::Act::handshake) {
      next = data[at++] % 2 ? dialogue.on_tls({.version = "TLSv1.3"})
                            : dialogue.on_handshake_failed(SmtpReason::handshake_failed, "alert");
      continue;
    }
    const size_t length = std::min<size_t>(1 + data[at] % 64, size - at);
    next = dialogue.on_bytes({reinterpret_cast<const char*>(data) + at, length});
    at += length;
  }
  if (next.act != SmtpDialogue::Act::close) dialogue.on_closed("closed");
  const SmtpObservation seen = dialogue.take();
  // TLS is believed only when the server was seen to offer it.
  if (seen.reason == SmtpReason::none && seen.tls && seen.offered != true) std::abort();
  if (seen.ehlo.size() > 100'000) std::abort();
  return 0;
}

#include "monitor/probe/probe_parts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

Time system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// An honest EHLO name (RFC 5321 §4.1.1.1) when none was set.
std::string host_name() {
  std::array<char, 256> text{};
  if (gethostname(text.data(), text.size() - 1) != 0 || text.front() == '\0') return "localhost";
  return text.data();
}

size_t sockets_allowed(size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const auto most = static_cast<size_t>(limit.rlim_cur);
  const bool ample = most > 2 * limits::reserved_descriptors;
  return std::min(wanted,
                  ample ? most - limits::reserved_descriptors : std::max<size_t>(most / 4, 1));
}

ProbeSettings completed(ProbeSettings settings) {
  if (settings.ehlo_name.empty()) settings.ehlo_name = host_name();
  settings.waiting_sockets = sockets_allowed(settings.waiting_sockets);
  return settings;
}

TrustStore trust_store(const std::string& ca_file) {
  return ca_file.empty() ? TrustStore::system() : TrustStore::from_file(ca_file);
}

}  // namespace

ProbeParts::ProbeParts(boost::asio::io_context& loop, ProbeSettings given,
                       std::function<Time()> wall_clock)
    : io(loop),
      settings(completed(std::move(given))),
      now(wall_clock ? std::move(wall_clock) : system_now),
      trusted(trust_store(settings.ca_file)),
      lag(loop, settings.loop_lag, counters),
      sockets(settings.waiting_sockets),
      handshakes(limits::tls_handshakes) {}

}  // namespace mailfleet

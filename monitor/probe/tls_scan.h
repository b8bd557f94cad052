// Which few connections a deep scan makes, and what they add up to: versions one by one, then the
// families of suites that nobody should accept, then those on their way out, then weak groups.
//
// A planner without sockets. The driver opens a connection with STARTTLS for each attempt, offers
// what it says, and reports. An attempt that ended without a clear yes or no leaves the matter out
// of the result: only an alert about our offer is a no. Bounded by max_scan_connections.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/probe/tls.h"
#include "monitor/probe/tls_hello.h"

namespace mailfleet {

constexpr int max_scan_connections = 16;

struct TlsAttempt {
  TlsOffer offer{};
  // Not empty: send these bytes instead of shaking hands, and read with read_hello_reply.
  std::string hello{};

  bool operator==(const TlsAttempt&) const = default;
};

enum class TlsAnswer : uint8_t { accepted, refused, inconclusive };

class TlsScan {
 public:
  // `basic`: what the willing client negotiated; it answers several questions beforehand.
  TlsScan(const Name& host, const TlsSession& basic, std::optional<int> basic_dh_bits = {});

  // Empty when there is nothing left to ask.
  std::optional<TlsAttempt> next() const;
  // How the attempt that next() named went; then ask next() again. The session is for `accepted`.
  void add(TlsAnswer answer, const TlsSession& session = {}, std::optional<int> bits = {});
  // The same for an attempt with a hello of its own; `more` at the end of the connection is
  // unclear.
  void add(const HelloReply& reply);

  const TlsSupport& support() const { return support_; }
  int connections() const { return connections_; }

 private:
  enum class Step : uint8_t { versions, weak, ssl3, ssl2, legacy, modern, groups, done };

  static std::string ssl_version(Step step);  // what the steps ssl3 and ssl2 ask for
  bool applies() const;                       // the current step still has something to ask
  void skip_what_is_known();
  void learn(const TlsSession& session, std::optional<int> bits);
  void settle_families(const std::vector<std::string_view>& names, bool accepted);
  std::vector<std::string_view> open_families(const std::vector<std::string_view>& names) const;
  std::optional<TlsVersion> highest_old() const;
  void give_up_step();

  Name host_;
  TlsSupport support_{};
  std::vector<TlsVersion> versions_{};  // still to try, next last
  Step step_ = Step::versions;
  int connections_ = 0;
};

// The family of an OpenSSL suite name up to TLS 1.2: "ECDHE", "CBC" (ECDHE without AEAD), "DHE",
// "RSA-KEX", "ANON", "NULL"; empty for a TLS 1.3 suite.
std::string_view family_of(std::string_view suite);

}  // namespace mailfleet

// What was asked of the network and what came back: plain data, no sockets, no clock.
//
// A check reads evidence through Facts, which also notes every question that has no answer yet; the
// scan asks those and runs the check again. So a check reads top to bottom as if the network were a
// table, and its tests are tables too. Not thread-safe; each scan has its own.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/certificate.h"
#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

// ---- questions

enum class DnsType : uint16_t {
  a = 1, ns = 2, cname = 5, soa = 6, ptr = 12, mx = 15, txt = 16, aaaa = 28, ds = 43, dnskey = 48,
  tlsa = 52, caa = 257
};

struct DnsQuestion {
  Name name;
  DnsType type = DnsType::a;
  auto operator<=>(const DnsQuestion&) const = default;
};

// One session with one MX address. `basic` is STARTTLS once with a willing client; `deep` tries
// versions, suites and groups with a few connections more, and is asked rarely.
enum class SmtpDepth : uint8_t { basic, deep };

struct SmtpQuestion {
  Name host;  // goes into SNI (RFC 8461 §7.1)
  Address address{};
  SmtpDepth depth = SmtpDepth::basic;
  auto operator<=>(const SmtpQuestion&) const = default;
};

// One GET over HTTPS on one address, without redirects. `version` names the content that is wanted
// (the MTA-STS id), so that an unchanged one need not be fetched each time.
struct HttpsQuestion {
  Name host;
  Address address{};
  std::string path{};
  std::string version{};
  auto operator<=>(const HttpsQuestion&) const = default;
};

// What the public suffix list says of a name; asked of a file, not of the network, but it is
// evidence all the same: the list changes with time.
struct SuffixQuestion {
  Name name;
  auto operator<=>(const SuffixQuestion&) const = default;
};

using Question = std::variant<DnsQuestion, SmtpQuestion, HttpsQuestion, SuffixQuestion>;

// ---- observations

// How the asking went. Only `answered` and `absent` are knowledge; `failed` and `bogus` mean "we
// could not look" and never count against a domain. `pending`: not asked yet.
enum class Outcome : uint8_t { pending, answered, absent, failed, bogus };

enum class DnsStatus : uint8_t { ok, nxdomain, servfail, timeout, refused };
enum class Dnssec : uint8_t { insecure, secure, bogus };

struct MxRecord {
  uint16_t preference = 0;
  std::optional<Name> host{};  // empty: the root, "." (RFC 7505), or not a name at all
  auto operator<=>(const MxRecord&) const = default;
};

struct TlsaRecord {
  uint8_t usage = 0;
  uint8_t selector = 0;
  uint8_t matching = 0;
  std::string data{};  // raw octets
  auto operator<=>(const TlsaRecord&) const = default;
};

struct CaaRecord {
  bool critical = false;
  std::string tag{};  // lower case
  std::string value{};
  auto operator<=>(const CaaRecord&) const = default;
};

// Records are sorted and folded (canonical facts): two equal RRsets compare equal however
// the servers rotate them.
struct DnsObservation {
  Outcome outcome = Outcome::pending;
  DnsStatus status = DnsStatus::ok;  // ok with outcome absent is NODATA
  std::optional<Dnssec> dnssec{};    // empty when it could not be told
  std::string why{};                 // bogus or failed: the reason in plain words
  std::vector<Name> aliases{};       // CNAME targets in the order followed; empty without CNAME
  std::vector<Address> addresses{};  // A, AAAA
  std::vector<MxRecord> mx{};        // by preference, then host
  std::vector<std::string> txt{};    // the strings of one record joined (RFC 7208 §3.3)
  std::vector<Name> names{};         // NS, PTR, CNAME
  std::vector<TlsaRecord> tlsa{};
  std::vector<CaaRecord> caa{};
  std::vector<uint8_t> ds_algorithms{};          // DS, DNSKEY: algorithm numbers, each once
  std::optional<Time> signatures_expire{};       // the earliest RRSIG expiration of the answer
  uint32_t ttl_seconds = 0;                      // the smallest; never compared or hashed

  bool pending() const { return outcome == Outcome::pending; }
  bool known() const { return outcome == Outcome::answered || outcome == Outcome::absent; }
  bool nxdomain() const { return outcome == Outcome::absent && status == DnsStatus::nxdomain; }
  bool secure() const { return dnssec == Dnssec::secure; }
};

// How an SMTP session ended, in the words of the JSON. `none`: a TLS session stood and an EHLO inside it
// was answered.
enum class SmtpReason : uint8_t {
  none, no_address, refused, timeout, banner_4xx, banner_5xx, ehlo_failed, not_offered, masked,
  starttls_454, starttls_5xx, injection, closed, handshake_failed, handshake_timeout, our_load
};
std::string_view to_text(SmtpReason reason);  // "handshake-failed"; "" for none
std::optional<SmtpReason> parse_smtp_reason(std::string_view text);

struct TlsSession {
  std::string version{};  // "TLSv1.3"
  std::string suite{};    // OpenSSL's name
  std::string group{};    // "x25519", "P-256", "ffdhe2048"; empty for RSA key transport
  CertificateChain chain{};
};

// What a deep scan found: true accepted, false refused by the server, absent from the map: not
// tested or inconclusive.
struct TlsSupport {
  std::map<std::string, bool> versions{};  // "TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3", "SSLv2"
  std::map<std::string, bool> suites{};    // OpenSSL names, or families such as "RSA-KEX", "DHE"
  std::map<std::string, bool> groups{};
  std::optional<int> dh_bits{};            // of a finite-field exchange, when one was seen
};

struct SmtpObservation {
  // answered: `reason` and the rest say what was seen, conclusive or not. failed: we could not even
  // try (our load, no route of our own).
  Outcome outcome = Outcome::pending;
  SmtpReason reason = SmtpReason::none;
  bool reachable = false;            // the connection was accepted
  std::optional<bool> offered{};     // empty for every reason that does not show it
  std::string why{};                 // the reply or alert behind `reason`, as sent; plain words
  std::string banner{};
  std::vector<std::string> ehlo{};      // lines after the first, without the code
  std::vector<std::string> ehlo_tls{};  // the same inside TLS
  std::optional<TlsSession> tls{};
  std::optional<TlsSupport> support{};  // by a deep scan only

  bool pending() const { return outcome == Outcome::pending; }
  bool known() const { return outcome == Outcome::answered; }
};

// What became of a GET, in the words of the JSON for `fetch` (an HTTP status other than 200 is `status`).
enum class HttpsReason : uint8_t {
  ok, refused, timeout, tls_error, certificate, status, redirect, too_large, slow, bad_http, our_load
};

struct HttpsObservation {
  Outcome outcome = Outcome::pending;  // answered, or failed when we could not even try
  HttpsReason reason = HttpsReason::ok;
  int status = 0;                      // HTTP status, 0 when none came
  std::string why{};
  std::string content_type{};          // as sent
  std::string body{};                  // with status 200 only; at most 64 KiB
  std::optional<TlsSession> tls{};
  Time fetched_at{};                   // when this body was really fetched

  bool pending() const { return outcome == Outcome::pending; }
  bool known() const { return outcome == Outcome::answered; }
};

struct SuffixObservation {
  Outcome outcome = Outcome::pending;
  bool is_suffix = false;                    // the name itself is a public suffix
  std::optional<Name> registrable{};         // suffix and one label; empty when is_suffix

  bool pending() const { return outcome == Outcome::pending; }
};

using Observation = std::variant<DnsObservation, SmtpObservation, HttpsObservation, SuffixObservation>;

// All that was asked and seen for one domain in one scan.
struct Evidence {
  std::map<DnsQuestion, DnsObservation> dns{};
  std::map<SmtpQuestion, SmtpObservation> smtp{};
  std::map<HttpsQuestion, HttpsObservation> https{};
  std::map<SuffixQuestion, SuffixObservation> suffix{};

  size_t size() const { return dns.size() + smtp.size() + https.size() + suffix.size(); }
  // Files the answer under its question; the kinds must agree.
  void add(const Question& question, Observation observation);
};

// The observation that stands for "we could not ask": the right kind for the question.
Observation failed_observation(const Question& question, std::string why);

// ---- a check's window on the evidence

class Facts {
 public:
  Facts(const Evidence& evidence, Time now) : evidence_(evidence), now_(now) {}

  const DnsObservation& dns(const Name& name, DnsType type);
  // A name too long to exist (an empty optional) is absent by arithmetic.
  const DnsObservation& dns(const std::optional<Name>& name, DnsType type);
  const SmtpObservation& smtp(const Name& host, const Address& address,
                              SmtpDepth depth = SmtpDepth::basic);
  const HttpsObservation& https(const Name& host, const Address& address, std::string path,
                                std::string version);
  const SuffixObservation& suffix(const Name& name);

  Time now() const { return now_; }
  const std::set<Question>& missing() const { return missing_; }

 private:
  template <class Key, class Seen>
  const Seen& look(const std::map<Key, Seen>& table, Key key);

  const Evidence& evidence_;
  Time now_;
  std::set<Question> missing_{};
};

}  // namespace mailfleet

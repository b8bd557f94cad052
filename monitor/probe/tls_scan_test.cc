#include "monitor/probe/tls_scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace mailfleet;

namespace {

const Name host = *Name::parse("mx1.example.com");

// A server as the scan sees it, with its suites as families in its own order of preference.
struct Model {
  std::set<std::string> versions{"TLSv1.3", "TLSv1.2"};
  std::vector<std::string> suites{"ECDHE"};
  std::set<std::string> groups{"x25519"};
  std::set<std::string> dead{};  // versions whose attempts end without a word
};

std::string suite_of(const std::string& family) {
  if (family == "ECDHE") return "ECDHE-RSA-AES256-GCM-SHA384";
  if (family == "CBC") return "ECDHE-RSA-AES128-SHA";
  return family == "DHE" ? "DHE-RSA-AES128-GCM-SHA256" : "AES128-SHA";
}

bool offered(const TlsOffer& offer, const std::string& family) {
  const auto holds = [&](std::string_view text) {
    return offer.suites.find(text) != std::string::npos;
  };
  if (offer.suites.empty()) return true;
  if (family == "ECDHE")
    return offer.suites.starts_with("ECDHE+") || offer.suites.starts_with("ECDHE:!");
  if (family == "CBC") return offer.suites.starts_with("ECDHE:");
  return holds(family == "DHE" ? "kDHE:" : "kRSA:");
}

std::optional<TlsSession> shake(const Model& server, const TlsOffer& offer) {
  if (!offer.groups.empty() && !server.groups.contains("P-224")) return {};
  for (const TlsVersion version :
       {TlsVersion::tls1_3, TlsVersion::tls1_2, TlsVersion::tls1_1, TlsVersion::tls1_0}) {
    const std::string text(to_text(version));
    if (version < offer.lowest || version > offer.highest || !server.versions.contains(text))
      continue;
    if (version == TlsVersion::tls1_3)
      return TlsSession{.version = text, .suite = "TLS_AES_128_GCM_SHA256", .group = "x25519"};
    for (const std::string& family : server.suites)
      if (offered(offer, family))
        return TlsSession{.version = text,
                          .suite = suite_of(family),
                          .group = offer.groups.empty() ? "x25519" : "P-224"};
  }
  return {};
}

bool lists_suite(const std::string& hello, uint16_t suite) {
  const size_t length = static_cast<uint8_t>(hello[44]) << 8 | static_cast<uint8_t>(hello[45]);
  for (size_t at = 46; at < 46 + length; at += 2)
    if (static_cast<uint8_t>(hello[at]) == suite >> 8 &&
        static_cast<uint8_t>(hello[at + 1]) == (suite & 0xff))
      return true;
  return false;
}

// Runs a scan to its end. `weak` holds the old suite numbers, 0x0300 for SSLv3 itself, 0x0200 for
// SSLv2.
TlsSupport scan(const Model& server, std::vector<uint16_t> weak = {}, int* connections = nullptr) {
  TlsScan plan(host, *shake(server, {}));
  while (const auto attempt = plan.next()) {
    REQUIRE(plan.connections() < max_scan_connections);
    if (!attempt->hello.empty()) {
      if (attempt->hello == ssl2_client_hello()) {
        const bool spoken = std::ranges::find(weak, uint16_t{0x0200}) != weak.end();
        plan.add(spoken ? HelloReply{.kind = HelloReply::Kind::chosen, .version = 2}
                        : HelloReply{.kind = HelloReply::Kind::refused, .alert = 70});
        continue;
      }
      const bool ssl3 = attempt->hello[2] == '\0';
      HelloReply reply{.kind = HelloReply::Kind::refused, .alert = 40};
      for (const uint16_t suite : weak) {
        if (ssl3 ? suite == 0x0300 : lists_suite(attempt->hello, suite)) {
          reply = {.kind = HelloReply::Kind::chosen,
                   .version = static_cast<uint16_t>(ssl3 ? 0x0300 : 0x0303),
                   .suite = static_cast<uint16_t>(ssl3 ? 0x0035 : suite)};
          break;
        }
      }
      plan.add(reply);
      continue;
    }
    if (server.dead.contains(std::string(to_text(attempt->offer.highest)))) {
      plan.add(TlsAnswer::inconclusive);
      continue;
    }
    const auto session = shake(server, attempt->offer);
    if (session)
      plan.add(TlsAnswer::accepted, *session);
    else
      plan.add(TlsAnswer::refused);
  }
  if (connections) *connections = plan.connections();
  return plan.support();
}

using Map = std::map<std::string, bool>;

}  // namespace

TEST_CASE("tls-scan: a modern server needs few connections") {
  int connections = 0;
  const TlsSupport seen = scan({}, {}, &connections);
  CHECK(connections == 6);  // 1.2, 1.1, 1.0, weak suites, legacy families, weak groups
  CHECK(seen.versions ==
        Map{{"TLSv1", false}, {"TLSv1.1", false}, {"TLSv1.2", true}, {"TLSv1.3", true}});
  for (const char* family :
       {"NULL", "ANON", "EXPORT", "DES", "RC4", "3DES", "CBC", "DHE", "RSA-KEX"})
    CHECK(seen.suites.at(family) == false);
  CHECK(seen.suites.at("ECDHE"));
  CHECK(seen.suites.at("TLS_AES_128_GCM_SHA256"));
  CHECK(seen.groups == Map{{"P-192", false}, {"P-224", false}, {"x25519", true}});
}

TEST_CASE("tls-scan: every family that is accepted comes to light") {
  const Model old{.versions = {"TLSv1.2", "TLSv1.1", "TLSv1"},
                  .suites = {"RSA-KEX", "ECDHE", "DHE", "CBC"},
                  .groups = {"x25519", "P-224"}};
  const TlsSupport seen = scan(old, {0x0200, 0x0300, 0x000a, 0x0005, 0x0018});
  CHECK(seen.versions == Map{{"SSLv2", true},
                             {"SSLv3", true},
                             {"TLSv1", true},
                             {"TLSv1.1", true},
                             {"TLSv1.2", true},
                             {"TLSv1.3", false}});
  for (const char* family : {"ANON", "RC4", "3DES", "CBC", "DHE", "RSA-KEX", "ECDHE"}) {
    CAPTURE(family);
    CHECK(seen.suites.at(family));
  }
  for (const char* family : {"NULL", "EXPORT", "DES"}) CHECK(!seen.suites.at(family));
  CHECK(seen.groups.at("P-224"));
}

TEST_CASE("tls-scan: a server without forward secrecy is found out") {
  const TlsSupport seen = scan({.versions = {"TLSv1.2"}, .suites = {"RSA-KEX"}});
  CHECK(seen.suites.at("RSA-KEX"));
  CHECK(!seen.suites.at("ECDHE"));
  CHECK(!seen.suites.at("DHE"));
}

TEST_CASE("tls-scan: a server of TLS 1.3 alone has none of the old suites") {
  int connections = 0;
  const TlsSupport seen = scan({.versions = {"TLSv1.3"}}, {}, &connections);
  CHECK(connections == 3);
  CHECK(!seen.suites.at("RSA-KEX"));
  CHECK(!seen.suites.at("RC4"));
  CHECK(!seen.suites.contains("ECDHE"));
}

TEST_CASE("tls-scan: what is older than TLS 1.0 is asked for only where that is spoken") {
  const Model old{.versions = {"TLSv1.2", "TLSv1"}};
  const TlsSupport seen = scan(old);
  CHECK(seen.versions.at("SSLv3") == false);
  CHECK(seen.versions.at("SSLv2") == false);
  CHECK(!scan({}).versions.contains("SSLv2"));
}

TEST_CASE("tls-scan: silence is no answer") {
  const TlsSupport seen = scan({.dead = {"TLSv1", "TLSv1.1", "TLSv1.2"}});
  CHECK(seen.versions == Map{{"TLSv1.3", true}});
  CHECK(!seen.suites.contains("RSA-KEX"));

  TlsScan plan(host, {.version = "TLSv1.2", .suite = "AES128-SHA"}, 1024);
  CHECK(plan.support().dh_bits == 1024);
  while (const auto attempt = plan.next())
    if (attempt->hello.empty())
      plan.add(TlsAnswer::inconclusive);
    else
      plan.add(HelloReply{.kind = HelloReply::Kind::unclear});
  CHECK(plan.support().versions == Map{{"TLSv1.2", true}, {"TLSv1.3", false}});
  CHECK(plan.support().suites == Map{{"AES128-SHA", true}, {"RSA-KEX", true}});
}

TEST_CASE("tls-scan: a server that says yes to everything cannot hold the scan") {
  TlsScan plan(host, {.version = "TLSv1.3"});
  int rounds = 0;
  while (const auto attempt = plan.next()) {
    REQUIRE(++rounds <= max_scan_connections);
    if (attempt->hello.empty())
      plan.add(TlsAnswer::accepted, {.version = "TLSv1.2", .suite = "X"});
    else
      plan.add(HelloReply{.kind = HelloReply::Kind::chosen, .version = 0x0303, .suite = 0x1301});
  }
}

TEST_CASE("tls-scan: this OpenSSL can make every offer") {
  const TlsClient client;
  for (const char* first : {"TLSv1.3", "TLSv1.2"}) {
    TlsScan plan(host, {.version = first, .suite = "TLS_AES_128_GCM_SHA256"});
    while (const auto attempt = plan.next()) {
      CAPTURE(attempt->offer.suites);
      if (!attempt->hello.empty()) {
        plan.add(HelloReply{.kind = HelloReply::Kind::refused, .alert = 40});
        continue;
      }
      CHECK(client.session(host, attempt->offer));
      if (attempt->offer.suites.empty())
        plan.add(TlsAnswer::accepted, {.version = std::string(to_text(attempt->offer.highest))});
      else
        plan.add(TlsAnswer::refused);
    }
  }
}

TEST_CASE("tls-scan: suites belong to families") {
  const std::pair<const char*, const char*> rows[] = {{"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE"},
                                                      {"ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE"},
                                                      {"ECDHE-ECDSA-AES128-CCM8", "ECDHE"},
                                                      {"ECDHE-RSA-AES256-SHA384", "CBC"},
                                                      {"DHE-RSA-AES256-GCM-SHA384", "DHE"},
                                                      {"AES256-GCM-SHA384", "RSA-KEX"},
                                                      {"AES128-SHA", "RSA-KEX"},
                                                      {"NULL-SHA256", "NULL"},
                                                      {"AECDH-NULL-SHA", "NULL"},
                                                      {"ADH-AES256-SHA", "ANON"},
                                                      {"TLS_AES_128_CCM_SHA256", ""}};
  for (const auto& [suite, family] : rows) CHECK(family_of(suite) == family);
}

TEST_CASE("tls-hello: a ClientHello is laid out as the RFC says") {
  const uint16_t suites[] = {0x0005, 0x000a};
  const std::string hello = client_hello(HelloVersion::tls1_2, host, suites);
  CHECK(hello.substr(0, 3) == std::string("\x16\x03\x01", 3));
  CHECK(static_cast<size_t>(static_cast<uint8_t>(hello[3]) << 8 | static_cast<uint8_t>(hello[4])) ==
        hello.size() - 5);
  CHECK(hello.find("mx1.example.com") != std::string::npos);
  CHECK(client_hello(HelloVersion::tls1_2, *Name::parse("192.0.2.1"), suites).find("192.0.2.1") ==
        std::string::npos);
  CHECK(client_hello(HelloVersion::ssl3, host, suites).find("mx1") == std::string::npos);
  // 5 + 4 + 2 + 32 + 1 + 2 + 4 + 2
  CHECK(client_hello(HelloVersion::ssl3, host, suites).size() == 52);
}

TEST_CASE("tls-hello: SSLv2 is asked for in its own form, and answers in it") {
  const std::string hello = ssl2_client_hello();
  CHECK(hello.substr(0, 11) == std::string("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11));
  CHECK(hello.size() == 2 + 0x2e);
  using Kind = HelloReply::Kind;
  const std::string yes("\x83\xd4\x04\x00\x01\x00\x02\x03\xa1", 9);
  CHECK(read_hello_reply(yes).kind == Kind::chosen);
  CHECK(read_hello_reply(yes).version == 2);
  for (size_t length = 0; length < 7; ++length)
    CHECK(read_hello_reply(std::string_view(yes).substr(0, length)).kind == Kind::more);
  const std::pair<std::string, Kind> rows[] = {
      {std::string("\x80\x03\x00\x00\x01", 5), Kind::refused},  // no cipher
      {std::string("\x80\x20\x04\x00\x01\x03\x00", 7), Kind::unclear},
      {std::string("\x80\x20\x01\x00\x02", 5), Kind::unclear},
      {std::string("\x15\x03\x01\x00\x02\x02\x46", 7), Kind::refused}};
  for (const auto& [bytes, kind] : rows) CHECK(read_hello_reply(bytes).kind == kind);
}

TEST_CASE("tls-hello: replies, whole and byte by byte") {
  std::string chosen("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03", 11);
  chosen += std::string(32, 'r');
  chosen += std::string("\x00\x00\x05\x00", 4);
  const HelloReply reply = read_hello_reply(chosen);
  CHECK(reply.kind == HelloReply::Kind::chosen);
  CHECK(reply.version == 0x0303);
  CHECK(reply.suite == 0x0005);
  for (size_t length = 0; length + 1 < chosen.size(); ++length)
    CHECK(read_hello_reply(std::string_view(chosen).substr(0, length)).kind ==
          HelloReply::Kind::more);

  struct Row {
    std::string bytes;
    HelloReply::Kind kind;
  };
  using Kind = HelloReply::Kind;
  const Row rows[] = {{std::string("\x15\x03\x01\x00\x02\x02\x28", 7), Kind::refused},
                      {std::string("\x15\x03\x01\x00\x02\x02\x46", 7), Kind::refused},
                      {std::string("\x15\x03\x01\x00\x02\x02\x50", 7), Kind::unclear},
                      {std::string("\x15\x03\x01\x00\x00", 5), Kind::unclear},
                      {std::string("\x16\x03\x03\x00\x01\x0b", 6), Kind::unclear},
                      {"220 not TLS\r\n", Kind::unclear},
                      {std::string("\x16\x02", 2), Kind::more},
                      {std::string("\x16\x02\x00\x00\x00", 5), Kind::unclear},
                      {std::string("\x16\x03\x03\xff\xff\x02", 6), Kind::more}};
  for (const Row& row : rows) CHECK(read_hello_reply(row.bytes).kind == row.kind);
}

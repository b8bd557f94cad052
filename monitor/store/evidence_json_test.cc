#include "monitor/store/evidence_json.h"

#include <doctest/doctest.h>

#include "monitor/store/value_json.h"

using namespace mailfleet;

namespace {

const Name host = *Name::parse("mx1.example.test");
const Address address = *Address::parse("2001:db8::1");

CertificatePtr certificate(std::string der) {
  return std::make_shared<const Certificate>(
      Certificate{.der = std::move(der),
                  .spki = std::string("\x30\x00\xff", 3),
                  .sha256 = "ab",
                  .subject = "CN=x",
                  .issuer = "CN=ca",
                  .common_name = "x",
                  .names = {"mx1.example.test", "*.example.test"},
                  .has_san = true,
                  .is_ca = true,
                  .self_issued = true,
                  .not_before = Time(Seconds(-5)),
                  .not_after = Time(Seconds(253402300799)),
                  .key = "rsa-2048",
                  .key_bits = 2048,
                  .signature = "sha256"});
}

// Every member of every kind of observation differs from its default.
Evidence everything() {
  Evidence out;
  out.dns[{host, DnsType::txt}] = {.outcome = Outcome::answered,
                                   .status = DnsStatus::ok,
                                   .dnssec = Dnssec::secure,
                                   .why = "why",
                                   .aliases = {*Name::parse("b.test"), *Name::parse("a.test")},
                                   .addresses = {address},
                                   .mx = {{0, {}}, {10, host}},
                                   .txt = {"v=spf1 -all", "\xff\xfe\"\n", std::string("a\0b", 3)},
                                   .names = {*Name::from_dns("a\\.b.test")},
                                   .tlsa = {{3, 1, 1, std::string("\0\xff", 2)}},
                                   .caa = {{true, "issue", "ca.test"}},
                                   .ds_algorithms = {8, 13},
                                   .signatures_expire = Time(Seconds(1800000000)),
                                   .ttl_seconds = 4294967295};
  out.dns[{host, DnsType::mx}] = {
      .outcome = Outcome::bogus, .status = DnsStatus::servfail, .dnssec = Dnssec::bogus};
  const CertificatePtr leaf = certificate("leaf");
  const CertificatePtr ca = certificate(std::string("ca\0\x80", 4));
  const TlsSession session{.version = "TLSv1.3",
                           .suite = "S",
                           .group = "x25519",
                           .chain = {.sent = {leaf, ca}, .path = {leaf}, .faults = {"expired"}}};
  out.smtp[{host, address, SmtpDepth::deep}] = {
      .outcome = Outcome::answered,
      .reason = SmtpReason::starttls_454,
      .reachable = true,
      .offered = false,
      .why = "454 later",
      .banner = "220 \xe9",
      .ehlo = {"SIZE 1", "STARTTLS"},
      .ehlo_tls = {"AUTH"},
      .tls = session,
      .support = TlsSupport{.versions = {{"TLSv1", false}, {"TLSv1.2", true}},
                            .suites = {{"DHE", true}},
                            .groups = {{"P-256", false}},
                            .dh_bits = 1024}};
  out.smtp[{host, *Address::parse("192.0.2.1")}] = {.outcome = Outcome::answered,
                                                    .tls = TlsSession{}};
  out.https[{host, address, "/p", "id1"}] = {.outcome = Outcome::answered,
                                             .reason = HttpsReason::too_large,
                                             .status = 200,
                                             .why = "large",
                                             .content_type = "text/plain",
                                             .body = "version: STSv1\r\n",
                                             .tls = session,
                                             .fetched_at = Time(Seconds(1700000000))};
  out.suffix[{host}] = {.outcome = Outcome::answered, .is_suffix = true, .registrable = host};
  return out;
}

}  // namespace

TEST_CASE("evidence_json: every member comes back as it was") {
  const Evidence before = everything();
  const auto after = evidence_from_json(evidence_to_json(before));
  REQUIRE(after);
  CHECK(evidence_to_json(*after) == evidence_to_json(before));
  const DnsObservation& dns = after->dns.at({host, DnsType::txt});
  const DnsObservation& dns_before = before.dns.at({host, DnsType::txt});
  CHECK(dns.outcome == Outcome::answered);
  CHECK(dns.dnssec == Dnssec::secure);
  CHECK(dns.why == "why");
  CHECK(dns.aliases == dns_before.aliases);
  CHECK(dns.addresses == dns_before.addresses);
  CHECK(dns.mx == dns_before.mx);
  CHECK(dns.txt == dns_before.txt);
  CHECK(dns.names == dns_before.names);
  CHECK(dns.tlsa == dns_before.tlsa);
  CHECK(dns.caa == dns_before.caa);
  CHECK(dns.ds_algorithms == dns_before.ds_algorithms);
  CHECK(dns.signatures_expire == dns_before.signatures_expire);
  CHECK(dns.ttl_seconds == 4294967295);
  CHECK(after->dns.at({host, DnsType::mx}).outcome == Outcome::bogus);
  CHECK(after->dns.at({host, DnsType::mx}).status == DnsStatus::servfail);

  const SmtpObservation& smtp = after->smtp.at({host, address, SmtpDepth::deep});
  CHECK(smtp.reason == SmtpReason::starttls_454);
  CHECK(smtp.reachable);
  CHECK(smtp.offered == false);
  CHECK(smtp.why == "454 later");
  CHECK(smtp.banner == "220 \xe9");
  CHECK(smtp.ehlo == std::vector<std::string>{"SIZE 1", "STARTTLS"});
  CHECK(smtp.ehlo_tls == std::vector<std::string>{"AUTH"});
  REQUIRE(smtp.tls);
  CHECK(smtp.tls->version == "TLSv1.3");
  CHECK(smtp.tls->suite == "S");
  CHECK(smtp.tls->group == "x25519");
  CHECK(smtp.tls->chain.faults == std::vector<std::string>{"expired"});
  REQUIRE(smtp.tls->chain.sent.size() == 2);
  CHECK(smtp.tls->chain.sent[0] == smtp.tls->chain.path[0]);  // one object, as before
  const Certificate& ca = *smtp.tls->chain.sent[1];
  CHECK(ca.der == std::string("ca\0\x80", 4));
  CHECK(ca.spki == std::string("\x30\x00\xff", 3));
  CHECK(
      (ca.sha256 == "ab" && ca.subject == "CN=x" && ca.issuer == "CN=ca" && ca.common_name == "x"));
  CHECK((ca.has_san && ca.is_ca && ca.self_issued && ca.key_bits == 2048 && ca.key == "rsa-2048"));
  CHECK(ca.names.size() == 2);
  CHECK(ca.not_before == Time(Seconds(-5)));
  CHECK(ca.not_after == Time(Seconds(253402300799)));
  CHECK(ca.signature == "sha256");
  REQUIRE(smtp.support);
  CHECK(smtp.support->versions == std::map<std::string, bool>{{"TLSv1", false}, {"TLSv1.2", true}});
  CHECK(smtp.support->suites.at("DHE"));
  CHECK_FALSE(smtp.support->groups.at("P-256"));
  CHECK(smtp.support->dh_bits == 1024);
  const SmtpObservation& other = after->smtp.at({host, *Address::parse("192.0.2.1")});
  CHECK(other.tls);
  CHECK_FALSE(other.offered);
  CHECK_FALSE(other.support);

  const HttpsObservation& https = after->https.at({host, address, "/p", "id1"});
  CHECK(https.reason == HttpsReason::too_large);
  CHECK(https.status == 200);
  CHECK(https.why == "large");
  CHECK(https.content_type == "text/plain");
  CHECK(https.body == "version: STSv1\r\n");
  CHECK(https.fetched_at == Time(Seconds(1700000000)));
  REQUIRE(https.tls);
  CHECK(https.tls->chain.sent[0] == smtp.tls->chain.sent[0]);  // shared across observations
  const SuffixObservation& suffix = after->suffix.at({host});
  CHECK(suffix.is_suffix);
  CHECK(suffix.registrable == host);
}

TEST_CASE("evidence_json: what many domains share is a piece of its own") {
  const EvidenceParts parts = to_parts(everything());
  CHECK(parts.pieces.size() == 4);  // two endpoints, two certificates
  CHECK(parts.body.find("PIPELINING") == std::string::npos);
  for (const auto& [digest, text] : parts.pieces) CHECK(sha256_of(text) == digest);
  CHECK_FALSE(from_parts(parts.body, [](const std::string&) { return std::nullopt; }));
}

TEST_CASE("evidence_json: the digest leaves out what differs between any two looks") {
  const std::string digest = evidence_digest(everything());
  const auto same = [&](auto spoil) {
    Evidence evidence = everything();
    spoil(evidence);
    return evidence_digest(evidence) == digest;
  };
  const DnsQuestion txt{host, DnsType::txt};
  const SmtpQuestion smtp{host, address, SmtpDepth::deep};
  const HttpsQuestion https{host, address, "/p", "id1"};
  CHECK(same([&](Evidence& e) { e.dns[txt].ttl_seconds = 5; }));
  CHECK(same([&](Evidence& e) { e.smtp[smtp].banner = "220 at another time"; }));
  CHECK(same([&](Evidence& e) { e.https[https].fetched_at = Time(Seconds(1)); }));
  CHECK_FALSE(same([&](Evidence& e) { e.dns[txt].txt.pop_back(); }));
  CHECK_FALSE(same([&](Evidence& e) { e.smtp[smtp].offered = true; }));
  CHECK_FALSE(same([&](Evidence& e) { e.smtp[smtp].tls->chain.sent[1] = certificate("new"); }));
  CHECK_FALSE(same([&](Evidence& e) { e.https[https].body += "x"; }));
}

TEST_CASE("evidence_json: what is not ours gives nothing") {
  const auto none = [](const std::string&) { return std::optional<std::string>(); };
  const auto reads = [&](std::string dns) {
    return from_parts(R"({"dns":[)" + dns + R"(],"smtp":[],"https":[],"suffix":[]})", none)
        .has_value();
  };
  CHECK(reads(""));
  CHECK(reads(R"(["a.test",{"type":16},{"outcome":"answered"}])"));
  for (const char* bad : {
           R"(["a.test",{"type":16}])",
           R"(["",{"type":16},{}])",
           R"(["a.test",{"type":70000},{}])",
           R"(["a.test",{"type":"16"},{}])",
           R"(["a.test",{"type":16,"more":1},{}])",
           R"(["a.test",{"type":16},{"outcome":"maybe"}])",
           R"(["a.test",{"type":16},{"unheard":1}])",
           R"(["a.test",{"type":16},{"txt":"not a list"}])",
           R"(["a.test",{"type":16},{"txt":[{"base64":"?"}]}])",
           R"(["a.test",{"type":16},{"addresses":["1.2.3"]}])",
           R"(["a.test",{"type":16},{"ttl_seconds":-1}])",
           R"(["a.test",{"type":16},{}],["a.test",{"type":16},{}])",
           R"(["a.test",{"type":16},"missing piece"])",
       }) {
    CAPTURE(bad);
    CHECK_FALSE(reads(bad));
  }
  CHECK_FALSE(from_parts("", none));
  CHECK_FALSE(from_parts("[]", none));
  CHECK_FALSE(evidence_from_json("{}"));
}

TEST_CASE("value_json: what to_json wrote is read back") {
  for (const char* json : {"null", "true", "-3", "9223372036854775807", "0.5", "\"\\u0000 \\\"x\"",
                           "[]", "{}", R"({"b":[1,{"a":null}],"a":"é"})"}) {
    CAPTURE(json);
    const auto value = parse_value(json);
    REQUIRE(value);
    CHECK(to_json(*value) == json);
  }
  for (const char* bad : {"", "{", "[1,]", "nul", "{\"a\":1}x", "'a'"})
    CHECK_FALSE(parse_value(bad));
  CHECK_FALSE(parse_value(std::string(100000, '[')));
}

TEST_CASE("value_json: base64") {
  const std::pair<std::string, std::string> pairs[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {std::string("\0\xff\xfe\x3f", 4), "AP/+Pw=="}};
  for (const auto& [octets, text] : pairs) {
    CHECK(base64_of(octets) == text);
    CHECK(octets_of_base64(text) == octets);
  }
  for (const char* bad : {"Z", "Zg=", "Z===", "Zg==Zg==", "Z-8="}) {
    CAPTURE(bad);
    CHECK_FALSE(octets_of_base64(bad));
  }
}

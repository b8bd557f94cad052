#include "world/world_prober.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "world/read_world.h"

using namespace mailfleet;

namespace {

Observation ask(std::string_view toml, const Question& question) {
  const std::string text = "now = \"2026-11-21T12:00:00Z\"\n" + std::string(toml);
  const World world = read_world(text, "w.toml");
  const auto prober = make_world_prober(world);
  std::optional<Observation> out;
  prober->ask(question, AskMode::fresh, Deadline::max(), [&](Observation seen) { out = seen; });
  REQUIRE(out);
  return *out;
}

// What comes of a session with mx.example at 192.0.2.1, which has these keys.
SmtpObservation smtp(std::string_view keys, SmtpDepth depth = SmtpDepth::basic) {
  const std::string toml = "[dns.\"mx.example\"]\na = [\"192.0.2.1\"]\n[smtp.\"mx.example\"]\n" +
                           std::string(keys) + "\n";
  return std::get<SmtpObservation>(
      ask(toml, SmtpQuestion{*Name::parse("mx.example"), *Address::parse("192.0.2.1"), depth}));
}

std::string reason(std::string_view keys) {
  const SmtpObservation seen = smtp(keys);
  return seen.reason == SmtpReason::none ? "ok " + seen.tls->version
                                         : std::string(to_text(seen.reason));
}

std::string chain(std::string_view keys) {
  const SmtpObservation seen = smtp("certificate = { " + std::string(keys) + " }");
  if (!seen.tls) return std::string(to_text(seen.reason));
  std::string out;
  const Time now = *parse_time("2026-11-21T12:00:00Z");
  for (const std::string& fault : chain_faults_at(seen.tls->chain, now)) out += fault + " ";
  const Certificate& leaf = *seen.tls->chain.sent.front();
  out += leaf.key + " " + leaf.signature;
  if (!certificate_names(leaf, *Name::parse("mx.example"))) out += " misnamed";
  return out;
}

HttpsObservation https(std::string_view keys, std::string_view host = "mta-sts.example") {
  const std::string toml =
      "[dns.\"mta-sts.example\"]\na = [\"192.0.2.2\"]\n[https.\"mta-sts.example\"]\n" +
      std::string(keys) + "\n";
  return std::get<HttpsObservation>(
      ask(toml, HttpsQuestion{*Name::parse(host), *Address::parse("192.0.2.2"),
                              "/.well-known/mta-sts.txt", "1"}));
}

}  // namespace

TEST_CASE("world: a mail server is seen as its table says") {
  CHECK(reason("") == "ok TLSv1.3");
  CHECK(reason("tls = [\"1.2\"]") == "ok TLSv1.2");
  CHECK(reason("tls = [\"1.0\"]") == "ok TLSv1");
  CHECK(reason("tls = [\"1.0\", \"1.1\"]") == "ok TLSv1.1");
  CHECK(reason("tls = []") == "handshake-failed");
  CHECK(reason("ehlo = [\"PIPELINING\"]") == "not-offered");
  CHECK(reason("ehlo = [\"starttls\"]") == "ok TLSv1.3");
  CHECK(reason("starttls = \"454 later\"") == "starttls-454");
  CHECK(reason("starttls = \"502 no\"") == "starttls-5xx");
  CHECK(reason("banner = \"421 busy\"") == "banner-4xx");
  CHECK(reason("banner = \"554 go away\"") == "banner-5xx");
  CHECK(reason("delay = \"30s\"") == "ok TLSv1.3");
}

TEST_CASE("world: a mail server misbehaves by name") {
  CHECK(reason("misbehaviour = \"refuse\"") == "refused");
  CHECK(reason("misbehaviour = \"timeout\"") == "timeout");
  CHECK(reason("misbehaviour = \"silent\"") == "timeout");
  CHECK(reason("misbehaviour = \"drip\"") == "timeout");
  CHECK(reason("misbehaviour = \"greet-delay\"") == "ok TLSv1.3");
  CHECK(reason("misbehaviour = \"close-after-ehlo\"") == "closed");
  CHECK(reason("misbehaviour = \"close\"") == "closed");
  CHECK(reason("misbehaviour = \"masked\"") == "masked");
  CHECK(reason("misbehaviour = \"inject\"") == "injection");
  CHECK(reason("misbehaviour = \"no-starttls\"") == "not-offered");
  CHECK(reason("misbehaviour = \"greylist\"") == "banner-4xx");
  CHECK(reason("misbehaviour = \"421\"") == "banner-4xx");
  CHECK(reason("misbehaviour = \"454\"") == "starttls-454");
  CHECK(reason("misbehaviour = \"reset-in-handshake\"") == "closed");
  CHECK(reason("misbehaviour = \"silent-in-handshake\"") == "handshake-timeout");
  CHECK(smtp("misbehaviour = \"silent\"").offered == std::nullopt);
  CHECK(smtp("misbehaviour = \"no-starttls\"").offered == false);
}

TEST_CASE("world: certificates by recipe") {
  CHECK(chain("") == "ec-p256 sha256");
  CHECK(chain("key = \"rsa-1024\"") == "weak-key rsa-1024 sha256");
  CHECK(chain("key = \"rsa-2048\", signature = \"sha1\"") == "weak-signature rsa-2048 sha1");
  CHECK(chain("key = \"ec-p384\"") == "ec-p384 sha256");
  CHECK(chain("key = \"ed25519\"") == "ed25519 sha256");
  CHECK(chain("issuer = \"self\"") == "self-signed ec-p256 sha256");
  CHECK(chain("issuer = \"untrusted\"") == "untrusted-ca ec-p256 sha256");
  CHECK(chain("issuer = \"expired-intermediate\"") == "expired-intermediate ec-p256 sha256");
  CHECK(chain("chain = \"leaf-only\"") == "incomplete-chain ec-p256 sha256");
  CHECK(chain("not_after = \"-1d\"") == "expired ec-p256 sha256");
  CHECK(chain("not_before = \"+1d\"") == "not-yet-valid ec-p256 sha256");
  CHECK(chain("names = [\"other.example\"]") == "ec-p256 sha256 misnamed");
  CHECK(chain("names = [\"*.example\"]") == "ec-p256 sha256 misnamed");
  CHECK(chain("purpose = \"client\"") == "wrong-purpose ec-p256 sha256");
  const SmtpObservation bare = smtp("certificate = { common_name = \"mx.example\" }");
  CHECK(!bare.tls->chain.sent.front()->has_san);
  CHECK(bare.tls->chain.sent.front()->common_name == "mx.example");
}

TEST_CASE("world: a deep look tells the versions") {
  const auto seen = smtp("tls = [\"1.0\", \"1.2\"]", SmtpDepth::deep);
  REQUIRE(seen.support);
  CHECK(seen.support->versions.at("TLSv1"));
  CHECK(!seen.support->versions.at("TLSv1.1"));
  CHECK(seen.support->versions.at("TLSv1.2"));
  CHECK(!seen.support->versions.at("TLSv1.3"));
}

TEST_CASE("world: who answers is found by address, host, or a name that shares the address") {
  constexpr std::string_view toml = R"(
[dns."real.example"]
a = ["192.0.2.1"]
[smtp."real.example"]
banner = "220 real"
[smtp."192.0.2.7"]
banner = "220 by address"
[smtp."both.example"]
banner = "220 by host"
)";
  const auto banner = [&](std::string_view host, std::string_view address) {
    return std::get<SmtpObservation>(
               ask(toml, SmtpQuestion{*Name::parse(host), *Address::parse(address), {}}))
        .banner;
  };
  CHECK(banner("real.example", "192.0.2.1") == "220 real");
  CHECK(banner("alias.example", "192.0.2.1") == "220 real");
  CHECK(banner("both.example", "192.0.2.7") == "220 by address");
  CHECK(banner("both.example", "192.0.2.8") == "220 by host");
  CHECK(banner("nobody.example", "192.0.2.9").empty());
}

TEST_CASE("world: a policy host is seen as its table says") {
  const HttpsObservation good = https("body = \"version: STSv1\\n\"");
  CHECK(good.reason == HttpsReason::ok);
  CHECK(good.status == 200);
  CHECK(good.body == "version: STSv1\n");
  CHECK(good.content_type == "text/plain");
  CHECK(to_text(good.fetched_at) == "2026-11-21T12:00:00Z");
  CHECK(https("status = 404").reason == HttpsReason::status);
  CHECK(https("status = 404").status == 404);
  CHECK(https("status = 301\nlocation = \"https://x\"").reason == HttpsReason::redirect);
  CHECK(https("body = \"" + std::string(70000, 'x') + "\"").reason == HttpsReason::too_large);
  CHECK(https("tls = []").reason == HttpsReason::tls_error);
  CHECK(https("certificate = { issuer = \"self\" }").reason == HttpsReason::certificate);
  CHECK(https("certificate = { not_after = \"-1d\" }").reason == HttpsReason::certificate);
  CHECK(https("certificate = { names = [\"www.example\"] }").reason == HttpsReason::certificate);
  CHECK(https("misbehaviour = \"refuse\"").reason == HttpsReason::refused);
  CHECK(https("misbehaviour = \"timeout\"").reason == HttpsReason::timeout);
  CHECK(https("misbehaviour = \"drip\"").reason == HttpsReason::slow);
  CHECK(https("misbehaviour = \"garbage\"").reason == HttpsReason::bad_http);
}

TEST_CASE("world: TLSA records follow the certificate of the server") {
  constexpr std::string_view toml = R"(
[dns."_25._tcp.mx.example"]
tlsa = ["3 1 1 certificate", "2 0 2 certificate:mx.example"]
[smtp."mx.example"]
)";
  const auto seen = std::get<DnsObservation>(
      ask(toml, DnsQuestion{*Name::parse("_25._tcp.mx.example"), DnsType::tlsa}));
  REQUIRE(seen.tlsa.size() == 2);
  CHECK(seen.tlsa[0].usage == 2);
  CHECK(seen.tlsa[0].data.size() == 64);
  CHECK(seen.tlsa[1].data.size() == 32);
}

TEST_CASE("world: public suffixes come from the list of the machine") {
  const auto seen =
      std::get<SuffixObservation>(ask("", SuffixQuestion{*Name::parse("a.b.gov.uk")}));
  CHECK(!seen.is_suffix);
  CHECK(seen.registrable->text() == "b.gov.uk");
}

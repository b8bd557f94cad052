// The prober against servers that others wrote: nsd with zones signed by ldns-signzone behind
// unbound, nginx with a policy, Postfix with STARTTLS.
#include <doctest/doctest.h>

#include <optional>

#include "monitor/probe/prober.h"
#include "tests/certificates.h"
#include "tests/integration/name_servers.h"
#include "tests/integration/postfix.h"

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

const Address loopback = *Address::parse("127.0.0.1");

std::vector<TestZone> zones() {
  const auto records = [](const std::string& zone) {
    return "@ IN TXT \"hello from " + zone + "\"\n@ IN MX 10 mx\nmx IN A 127.0.0.1\n" +
           "alias IN CNAME mx\n";
  };
  return {{.name = "secure.test", .records = records("secure.test"), .is_signed = true},
          {.name = "bogus.test",
           .records = records("bogus.test"),
           .is_signed = true,
           .spoil = "hello",
           .spoilt = "HELLO"},
          {.name = "plain.test", .records = records("plain.test")}};
}

template <class Seen>
Seen ask(ProbeSettings settings, const Question& question, AskMode mode = AskMode::normal) {
  boost::asio::io_context io(1);
  NetworkProber prober(io, std::move(settings));
  std::optional<Observation> out;
  prober.ask(question, mode, std::chrono::steady_clock::now() + 60s,
             [&](Observation seen) { out = std::move(seen); });
  io.run();
  REQUIRE(out);
  return std::get<Seen>(std::move(*out));
}

// Certificates of today, since these servers keep the real time.
struct Pki {
  Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CertificateRecipe dated(std::string host) const {
    return {.common_name = host,
            .names = {host},
            .not_before = now - std::chrono::hours(24),
            .not_after = now + std::chrono::hours(24 * 60)};
  }
  MadeCertificate root = make_certificate([this] {
    CertificateRecipe recipe = dated("Integration Root");
    recipe.names.clear();
    recipe.ca = true;
    recipe.key = "ec-p256/ca";
    return recipe;
  }());
  // Writes chain.pem (key first, as Postfix wants it), and root.pem.
  void write(const Scratch& scratch, const std::string& host) const {
    CertificateRecipe recipe = dated(host);
    recipe.issuer = &root;
    const MadeCertificate leaf = make_certificate(recipe);
    const BioHandle out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), leaf.key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    const std::string key(text, static_cast<size_t>(size));
    scratch.write("chain.pem", key + leaf.pem() + root.pem());
    scratch.write("root.pem", root.pem());
  }
};

ProbeSettings settings_for(const Scratch& scratch, uint16_t port) {
  ProbeSettings out;
  out.reach = {.smtp_port = port, .https_port = port, .allow = {*Network::parse("127.0.0.0/8")}};
  out.ehlo_name = "monitor.example";
  out.ca_file = scratch.path("root.pem");
  return out;
}

}  // namespace

TEST_CASE("integration: signed, spoilt and unsigned zones behind a forwarder") {
  const NameServers servers(zones());
  ProbeSettings settings;
  settings.resolver.forward = {servers.forwarder()};
  settings.resolver.trust_anchor_file = servers.anchors();
  const auto dns = [&](const char* name, DnsType type, AskMode mode = AskMode::normal) {
    return ask<DnsObservation>(settings, DnsQuestion{*Name::parse(name), type}, mode);
  };
  for (const AskMode mode : {AskMode::normal, AskMode::fresh, AskMode::confirm}) {
    const DnsObservation secure = dns("secure.test", DnsType::txt, mode);
    CHECK(secure.outcome == Outcome::answered);
    CHECK(secure.secure());
    CHECK(secure.txt == std::vector<std::string>{"hello from secure.test"});
    CHECK(secure.signatures_expire);
    const DnsObservation bogus = dns("bogus.test", DnsType::txt, mode);
    CHECK(bogus.outcome == Outcome::bogus);
    CHECK(bogus.txt.empty());
    CHECK(bogus.why.find("signature") != std::string::npos);
    const DnsObservation plain = dns("plain.test", DnsType::mx, mode);
    CHECK(plain.outcome == Outcome::answered);
    CHECK(plain.dnssec == Dnssec::insecure);
  }
  CHECK(dns("nothing.secure.test", DnsType::txt).nxdomain());
  CHECK(dns("nothing.secure.test", DnsType::txt).secure());
  CHECK(dns("mx.secure.test", DnsType::txt).outcome == Outcome::absent);
  const DnsObservation alias = dns("alias.secure.test", DnsType::a);
  CHECK(alias.addresses == std::vector<Address>{loopback});
  CHECK(alias.aliases == std::vector<Name>{*Name::parse("mx.secure.test")});
}

TEST_CASE("integration: a forwarder that is not there is a failure, never an absence") {
  ProbeSettings settings;
  settings.resolver.forward = {"127.0.0.1:" + std::to_string(free_port())};
  settings.resolver.timeout = 2s;
  const auto seen =
      ask<DnsObservation>(settings, DnsQuestion{*Name::parse("secure.test"), DnsType::mx});
  CHECK(seen.outcome == Outcome::failed);
  CHECK_FALSE(seen.dnssec);
}

TEST_CASE("integration: the operator is told what the resolver lacks") {
  boost::asio::io_context io(1);
  ProbeSettings settings;
  settings.resolver.trust_anchor_file = "/nonexistent/root.key";
  CHECK_THROWS_WITH_AS(NetworkProber(io, settings),
                       "resolver: no trust anchor (a DS or DNSKEY record) in "
                       "\"/nonexistent/root.key\": install the package dns-root-data or set "
                       "trust_anchor_file",
                       std::runtime_error);
  settings = {};
  settings.resolver.forward = {"localhost"};
  CHECK_THROWS_AS(NetworkProber(io, settings), std::runtime_error);
}

TEST_CASE("integration: nginx serves a policy") {
  Scratch scratch;
  Pki().write(scratch, "mta-sts.secure.test");
  const uint16_t port = free_port();
  const std::string policy =
      "version: STSv1\r\nmode: enforce\r\nmx: mx.secure.test\r\nmax_age: 604800\r\n";
  scratch.write("mta-sts.txt", policy);
  const std::string folder = scratch.path("");
  scratch.write(
      "nginx.conf",
      "daemon off;\nmaster_process off;\npid " + folder + "nginx.pid;\nerror_log " + folder +
          "error.log;\nevents {}\nhttp {\n  access_log off;\n" + "  client_body_temp_path " +
          folder + "a;\n  proxy_temp_path " + folder + "b;\n  fastcgi_temp_path " + folder +
          "c;\n  uwsgi_temp_path " + folder + "d;\n  scgi_temp_path " + folder +
          "e;\n  server {\n    listen 127.0.0.1:" + std::to_string(port) +
          " ssl;\n    ssl_certificate " + folder + "chain.pem;\n    ssl_certificate_key " + folder +
          "chain.pem;\n    location = /.well-known/mta-sts.txt {\n      alias " + folder +
          "mta-sts.txt;\n      default_type text/plain;\n    }\n  }\n}\n");
  scratch.serve({program("nginx", "nginx"), "-c", scratch.path("nginx.conf")}, port);
  const ProbeSettings settings = settings_for(scratch, port);
  const auto fetch = [&](const char* host, const char* path) {
    return ask<HttpsObservation>(settings,
                                 HttpsQuestion{*Name::parse(host), loopback, path, "20261121"});
  };
  const HttpsObservation good = fetch("mta-sts.secure.test", "/.well-known/mta-sts.txt");
  CHECK(good.reason == HttpsReason::ok);
  CHECK(good.body == policy);
  CHECK(good.content_type == "text/plain");
  CHECK(fetch("mta-sts.secure.test", "/other").status == 404);
  CHECK(fetch("mta-sts.other.test", "/.well-known/mta-sts.txt").reason == HttpsReason::certificate);
}

TEST_CASE("integration: Postfix offers STARTTLS") {
  Scratch scratch;
  Pki pki;
  pki.write(scratch, "mx.secure.test");
  const uint16_t port = free_port();
  const Postfix postfix("mx.secure.test", "127.0.0.1", port, scratch.read("chain.pem"));
  const auto seen = ask<SmtpObservation>(
      settings_for(scratch, port),
      SmtpQuestion{.host = *Name::parse("mx.secure.test"), .address = loopback});
  CHECK(seen.reason == SmtpReason::none);
  CHECK(seen.offered == true);
  CHECK(seen.banner.starts_with("220 mx.secure.test ESMTP"));
  REQUIRE(seen.tls);
  CHECK(seen.tls->version == "TLSv1.3");
  CHECK(chain_faults_at(seen.tls->chain, pki.now).empty());
  REQUIRE_FALSE(seen.tls->chain.sent.empty());
  CHECK(certificate_names(*seen.tls->chain.sent.front(), *Name::parse("mx.secure.test")));
}

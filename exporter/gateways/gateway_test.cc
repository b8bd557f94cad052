#include "exporter/gateways/gateway.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");

FeedEntry entry(const char* domain, Tier tier, std::vector<std::string> hosts) {
  FeedEntry out(*Name::parse(domain));
  out.tier = tier;
  out.mx_hosts = out.match_names = std::move(hosts);
  out.since = out.expires = now;
  return out;
}

Edition sample() {
  Edition edition{
      .issuer = "x", .serial = 7, .issued = now, .expires = now + Seconds(3600), .is_signed = true};
  edition.entries = {entry("a.uk", Tier::t2, {"mx1.a.uk", "mx2.a.uk"}),
                     entry("b.uk", Tier::t1, {"mx.b.uk"}), entry("c.uk", Tier::t3, {"mx.c.uk"}),
                     entry("d.uk", Tier::t2, {"mx.d.uk"}), entry("e.uk", Tier::t3, {"mx.e.uk"})};
  edition.entries[2].mta_sts = FeedPolicy{"enforce", "1", 604800};
  edition.entries[3].state = TrustState::suspended;
  edition.entries[4].dane = true;
  return edition;
}

// The lines that are rules, comments left out.
std::vector<std::string> rules(const GatewayText& text) {
  std::vector<std::string> out;
  REQUIRE_MESSAGE(
      std::holds_alternative<std::string>(text),
      (std::holds_alternative<GatewayRefusal>(text) ? std::get<GatewayRefusal>(text).what : ""));
  std::string line;
  for (const char c : std::get<std::string>(text)) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (!line.starts_with("#")) out.push_back(line);
    line.clear();
  }
  return out;
}

std::string why_not(const Edition& edition, const GatewayOptions& options) {
  const GatewayText text = export_postfix(edition, options);
  return std::holds_alternative<GatewayRefusal>(text) ? std::get<GatewayRefusal>(text).what
                                                      : "exported";
}

}  // namespace

TEST_CASE("gateway: Postfix lines") {
  GatewayOptions options{.least = Tier::t1, .now = now};
  CHECK(rules(export_postfix(sample(), options)) ==
        std::vector<std::string>{
            "a.uk secure match=mx1.a.uk:mx2.a.uk protocols=>=TLSv1.2 servername=hostname",
            "b.uk encrypt protocols=>=TLSv1.2",
            "c.uk secure match=mx.c.uk protocols=>=TLSv1.2 servername=hostname",
            "d.uk secure match=mx.d.uk protocols=>=TLSv1.2 servername=hostname",  // suspended keeps
                                                                                  // its rule
            "e.uk dane-only"});
  options.postfix_minor = 3;
  options.least = Tier::t3;
  options.dane_only = false;
  CHECK(rules(export_postfix(sample(), options)) ==
        std::vector<std::string>{
            "c.uk secure match=mx.c.uk protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"});
}

TEST_CASE("gateway: what is refused") {
  GatewayOptions options{.now = now};
  Edition edition = sample();
  edition.is_signed = false;
  CHECK(why_not(edition, options).starts_with("the edition is unsigned"));
  options.allow_unsigned = true;
  CHECK(why_not(edition, options) == "exported");
  options.now = edition.expires;
  CHECK(why_not(edition, options).starts_with("the edition expired"));
  options.on_expiry = OnExpiry::encrypt;
  CHECK(rules(export_postfix(edition, options)).front() == "a.uk encrypt protocols=>=TLSv1.2");
  options.on_expiry = OnExpiry::opportunistic;
  CHECK(rules(export_postfix(edition, options)).front() == "a.uk may");
  options = GatewayOptions{.now = now};
  edition = sample();
  edition.entries[0].match_names.clear();
  CHECK(why_not(edition, options) ==
        "a.uk has no names to match; an empty match would stop its mail");
  edition.entries.clear();
  CHECK(why_not(edition, options) == "no entry of the edition reaches tier T2");
  for (FeedEntry& each : (edition = sample()).entries) each.state = TrustState::withdrawn;
  CHECK(why_not(edition, options) == "no entry of the edition reaches tier T2");
}

TEST_CASE("gateway: Exim lines name the hosts") {
  const GatewayOptions options{.least = Tier::t1, .now = now};
  CHECK(rules(export_exim(sample(), options)) ==
        std::vector<std::string>{"a.uk: level=secure hosts=mx1.a.uk:mx2.a.uk",
                                 "b.uk: level=encrypt", "c.uk: level=secure hosts=mx.c.uk",
                                 "d.uk: level=secure hosts=mx.d.uk", "e.uk: level=dane"});
}

TEST_CASE("gateway: Exchange groups by certificate name and leaves out what it cannot say") {
  Edition edition = sample();
  edition.entries.push_back(entry("f.uk", Tier::t2, {"mx.f.uk", "mx.other.uk"}));
  const GatewayText text = export_exchange(edition, {.now = now});
  REQUIRE(std::holds_alternative<std::string>(text));
  const std::string& script = std::get<std::string>(text);
  CHECK(script.find("TlsDomain = '*.a.uk'; Domains = @('a.uk')") != std::string::npos);
  CHECK(script.find("TlsDomain = 'mx.c.uk'; Domains = @('c.uk')") != std::string::npos);
  CHECK(script.find("# left out: f.uk:") != std::string::npos);
  CHECK(script.find("@('f.uk')") == std::string::npos);
}

TEST_CASE("gateway: tables") {
  Edition edition = sample();
  edition.entries[0].organisation = "=cmd|' \"x\"";
  const GatewayText csv = export_csv(edition, {.now = now});
  CHECK(std::get<std::string>(csv).find("\"'=cmd|' \"\"x\"\"\"") != std::string::npos);
  const GatewayText json = export_starttls_everywhere(edition, {.now = now});
  CHECK(std::get<std::string>(json).find("\"policy\": \"enforce\"") != std::string::npos);
}

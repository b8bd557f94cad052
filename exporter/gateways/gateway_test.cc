#include "exporter/gateways/gateway.h"

#include <doctest/doctest.h>

#include <algorithm>

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
            "e.uk dane-only protocols=>=TLSv1.2"});
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

TEST_CASE("gateway: only an enforced policy outweighs DANE, and old Postfix knows no DANE") {
  Edition edition = sample();
  edition.entries[4].mta_sts = FeedPolicy{"testing", "1", 604800};
  GatewayOptions options{.least = Tier::t3, .now = now};
  CHECK(rules(export_postfix(edition, options)).back() == "e.uk dane-only protocols=>=TLSv1.2");
  edition.entries[4].mta_sts->mode = "enforce";
  CHECK(rules(export_postfix(edition, options)).back() ==
        "e.uk secure match=mx.e.uk protocols=>=TLSv1.2 servername=hostname");
  edition.entries[4].mta_sts.reset();
  options.postfix_major = 2;
  options.postfix_minor = 10;
  CHECK(rules(export_postfix(edition, options)).size() == 1);
  options.postfix_minor = 2;
  CHECK(why_not(edition, options) == "Postfix before 2.3 has no table of TLS policies");
}

TEST_CASE("gateway: TLS to a suffix, with exceptions") {
  const auto exception = [](const char* domain, bool takes_tls) {
    FeedException out(*Name::parse(domain));
    out.takes_tls = takes_tls;
    return out;
  };
  GatewayOptions options{.now = now};
  options.suffix.suffixes = {*Name::parse("gov.uk")};
  options.suffix.exceptions.expires = now + Seconds(1);
  options.suffix.exceptions.entries = {exception("d.uk", false),  // not below the suffix
                                       exception("poor.gov.uk", true),
                                       exception("plain.gov.uk", false),
                                       exception("listed.gov.uk", false)};
  Edition edition = sample();
  edition.entries = {entry("listed.gov.uk", Tier::t2, {"mx.listed.gov.uk"})};
  const std::string own =
      "listed.gov.uk secure match=mx.listed.gov.uk protocols=>=TLSv1.2 "
      "servername=hostname";  // what it has lost since makes its mail wait
  CHECK(rules(export_postfix(edition, options)) ==
        std::vector<std::string>{own, "plain.gov.uk may", ".gov.uk encrypt protocols=>=TLSv1.2"});
  options.suffix.level = SuffixLevel::verify;
  CHECK(rules(export_postfix(edition, options)) ==
        std::vector<std::string>{
            own, "poor.gov.uk encrypt protocols=>=TLSv1.2", "plain.gov.uk may",
            ".gov.uk verify match=hostname protocols=>=TLSv1.2 servername=hostname"});
  options.now += Seconds(1);
  CHECK(why_not(edition, options).starts_with("the list of exceptions expired"));
  options.now = edition.expires;
  options.on_expiry = OnExpiry::opportunistic;
  CHECK(rules(export_postfix(edition, options)) == std::vector<std::string>{"listed.gov.uk may"});
}

TEST_CASE("gateway: Exchange groups by certificate name, and says what each must show") {
  Edition edition = sample();
  edition.entries = {
      entry("a.gov.uk", Tier::t2, {"mx1.a.gov.uk", "mx2.a.gov.uk"}),
      entry("b.gov.uk", Tier::t2, {"b-gov-uk.mail.protection.outlook.com"}),
      entry("c.gov.uk", Tier::t2, {"c-gov-uk.mail.protection.outlook.com"}),
      entry("d.gov.uk", Tier::t1, {"mx.d.gov.uk"}),
      entry("e.co.uk", Tier::t2, {"mail-e.co.uk", "post-e.co.uk"}),  // anybody's may be below co.uk
      entry("f.gov.uk", Tier::t2, {"mx.f.gov.uk", "mx.example.net"}),
      entry("g.gov.uk", Tier::t2, {"mx.g.gov.uk"})};
  const GatewayText text = export_exchange(edition, {.least = Tier::t1, .now = now});
  REQUIRE(std::holds_alternative<std::string>(text));
  const std::string& script = std::get<std::string>(text);
  for (const char* group :
       {"@{ Name = '*.a.gov.uk'; TlsSettings = 'DomainValidation'; TlsDomain = '*.a.gov.uk'; "
        "Domains = @('a.gov.uk') }",
        "TlsDomain = '*.mail.protection.outlook.com'; Domains = @('b.gov.uk','c.gov.uk') }",
        "TlsSettings = 'EncryptionOnly'; TlsDomain = $null; Domains = @('d.gov.uk') }",
        "TlsSettings = 'CertificateValidation'; TlsDomain = $null; Domains = "
        "@('e.co.uk','f.gov.uk') }",
        "TlsDomain = 'mx.g.gov.uk'; Domains = @('g.gov.uk') }"})
    CHECK_MESSAGE(script.find(group) != std::string::npos, group);
}

TEST_CASE("gateway: Exchange rules stay short, and names do too") {
  Edition edition = sample();
  edition.entries.clear();
  for (int i = 100; i < 220; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".gov.uk";
    edition.entries.push_back(entry(domain.c_str(), Tier::t2,
                                    {"d" + std::to_string(i) + ".mail.protection.outlook.com"}));
  }
  const std::string longest = std::string(60, 'a') + ".x.gov.uk";
  edition.entries.push_back(entry("z.gov.uk", Tier::t2, {longest}));
  const GatewayText text = export_exchange(edition, {.now = now});
  const std::string& script = std::get<std::string>(text);
  for (const char* name : {"'*.mail.protection.outlook.com'; TlsSettings",
                           "'*.mail.protection.outlook.com 2'; TlsSettings",
                           "'*.mail.protection.outlook.com 3'; TlsSettings"})
    CHECK_MESSAGE(script.find(name) != std::string::npos, name);
  CHECK(script.find("Name = '" + longest + "'") == std::string::npos);
  CHECK(script.find("TlsDomain = '" + longest + "'") != std::string::npos);
}

TEST_CASE("gateway: tables") {
  Edition edition = sample();
  const GatewayText json = export_starttls_everywhere(edition, {.least = Tier::t1, .now = now});
  const std::string& policies = std::get<std::string>(json);
  CHECK(policies.find("\"mode\": \"enforce\"") != std::string::npos);
  CHECK(policies.find("\"mode\": \"testing\"") != std::string::npos);
  for (const auto& [organisation, cell] :
       std::vector<std::pair<const char*, const char*>>{{"=cmd|' \"x\"", "\"'=cmd|' \"\"x\"\"\""},
                                                        {"  @SUM(A1)", "\"'  @SUM(A1)\""},
                                                        {"\xEF\xBC\x9D"
                                                         "1+1",
                                                         "\"'\xEF\xBC\x9D"
                                                         "1+1\""},
                                                        {"\t=1", "\"\xEF\xBF\xBD=1\""},
                                                        {"Cyngor, Sir", "\"Cyngor, Sir\""}}) {
    edition.entries[0].organisation = organisation;
    const GatewayText csv = export_csv(edition, {.now = now});
    CHECK_MESSAGE(std::get<std::string>(csv).find(cell) != std::string::npos, cell);
  }
}

TEST_CASE("gateway: hostile texts break out of nothing") {
  const Edition plain = sample();
  Edition hostile = plain;
  const std::string text =
      "x\"\r\nevil.uk may\r\nevil.uk: level=opportunistic\n'; Remove-Item -Recurse C:\\ ; #"
      "$(touch "
      "/tmp/pwned)`id`${IFS}\xE2\x80\x99\xE2\x80\xAE\x01\xFF,\"}],\"policies\":{\"evil.uk\":{}}";
  hostile.issuer = text;
  for (FeedEntry& each : hostile.entries) {
    each.organisation = each.page = each.evidence_sha256 = text;
    each.reasons = {text, text};
    if (each.mta_sts) each.mta_sts->id = text;
  }
  GatewayOptions options{.least = Tier::t1, .now = now};
  // Rules hold nothing of it at all.
  for (const auto& exporter : {export_postfix, export_exim, export_exchange})
    CHECK(std::get<std::string>(exporter(hostile, options)) ==
          std::get<std::string>(exporter(plain, options)));
  const auto csv = std::get<std::string>(export_csv(hostile, options));
  CHECK(std::ranges::count(csv, '\n') == static_cast<long>(1 + hostile.entries.size()));
  CHECK(csv.find("\nevil") == std::string::npos);
  const auto json = std::get<std::string>(export_starttls_everywhere(hostile, options));
  CHECK(json.find("\"evil.uk\"") == std::string::npos);
  CHECK(json.find("\n'; Remove") == std::string::npos);
}

#include "monitor/fleet/list.h"
#include "tests/roots.h"

#include <doctest/doctest.h>

#include <fstream>

namespace mailfleet {
namespace {

// The real conversions are the shell's; here one U-label and a few suffixes will do.
const DomainTools& tools() {
  static const DomainTools both{
      .to_a_labels = [](std::string_view text) -> std::optional<std::string> {
        if (text == "b\u00fcro.example" || text == "B\u00dcRO.example")
          return "xn--bro-hoa.example";
        for (const char c : text)
          if (static_cast<unsigned char>(c) >= 0x80) return {};
        return std::string(text);
      },
      .is_public_suffix =
          [](const Name& name) { return name.text() == "gov.uk" || name.text() == "co.uk"; }};
  return both;
}

FleetList csv(std::string_view text) { return read_fleet_list(text, ListFormat::csv, tools()); }
FleetList txt(std::string_view text) { return read_fleet_list(text, ListFormat::txt, tools()); }

std::string names(const FleetList& list) {
  std::string out;
  for (const FleetEntry& entry : list.accepted) out += (out.empty() ? "" : " ") + entry.name.text();
  return out;
}

// The one line of a TXT list: "name", "name (note)" or "refused: reason".
std::string understood(std::string_view line) {
  const FleetList list = txt(line);
  if (list.rejected.size() == 1 && list.accepted.empty())
    return "refused: " + list.rejected[0].reason;
  if (list.accepted.size() != 1) return "lost";
  std::string out = list.accepted[0].name.text();
  if (!list.notes.empty()) {
    const std::string& note = list.notes[0].text;
    out += " (" + note.substr(note.find(": ") + 2, note.find(" \"") - note.find(": ") - 2) + ")";
  }
  return out;
}

}  // namespace

TEST_CASE("fleet list: what people write for a domain") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"cardiff.gov.uk", "cardiff.gov.uk"},
      {"  Cardiff.GOV.UK\t", "cardiff.gov.uk"},
      {"cardiff.gov.uk.", "cardiff.gov.uk"},
      {"cardiff.gov.uk,", "cardiff.gov.uk"},
      {"\"cardiff.gov.uk\"", "cardiff.gov.uk"},
      {"cardiff.gov.uk # the capital", "cardiff.gov.uk"},
      {"\xC2\xA0"
       "cardiff.gov.uk\xE2\x80\x8B",
       "cardiff.gov.uk"},
      {"b\u00fcro.example", "xn--bro-hoa.example"},
      {"B\u00dcRO.example", "xn--bro-hoa.example"},
      {"xn--bro-hoa.example", "xn--bro-hoa.example"},
      {"post@cardiff.gov.uk", "cardiff.gov.uk (understood from an e-mail address)"},
      {"@cardiff.gov.uk", "cardiff.gov.uk (understood from an e-mail address)"},
      {"mailto:post@cardiff.gov.uk?subject=hi",
       "cardiff.gov.uk (understood from an e-mail address)"},
      {"Post Room <post@cardiff.gov.uk>", "cardiff.gov.uk (understood from an e-mail address)"},
      {"https://cardiff.gov.uk", "cardiff.gov.uk (understood from a web address)"},
      {"HTTPS://Cardiff.gov.uk:8443/a?b=c#d", "cardiff.gov.uk (understood from a web address)"},
      {"http://user:secret@cardiff.gov.uk/", "cardiff.gov.uk (understood from a web address)"},
      {"cardiff.gov.uk/contact", "cardiff.gov.uk (understood from a web address)"},
      {"https://www.cardiff.gov.uk/",
       "cardiff.gov.uk (understood from a web address, without its)"},
      {"https://www.gov.uk/", "www.gov.uk (understood from a web address)"},
      {"www.cardiff.gov.uk", "www.cardiff.gov.uk"},
      {"cardiff.gov.uk:25", "cardiff.gov.uk (understood without its port)"},
      {"gov.uk",
       "refused: a public suffix, under which others register; list the domains below it"},
      {"post@gov.uk",
       "refused: a public suffix, under which others register; list the domains below it"},
      {"localhost", "refused: a single word, not a domain"},
      {"*.gov.wales", "refused: a pattern, not a domain; list each domain"},
      {"192.0.2.1", "refused: an address, not a domain"},
      {"2001:db8::1", "refused: an address, not a domain"},
      {"192.0.2.300", "refused: an address, not a domain"},
      {"a..gov.uk", "refused: two dots follow each other, or it begins with one"},
      {".cardiff.gov.uk", "refused: two dots follow each other, or it begins with one"},
      {"-a.gov.uk", "refused: a part begins or ends with a hyphen"},
      {"a-.gov.uk", "refused: a part begins or ends with a hyphen"},
      {"_dmarc.cardiff.gov.uk", "refused: it holds characters that no mail domain has"},
      {"cardiff!.gov.uk", "refused: it holds characters that no mail domain has"},
      {"cardiff.gov.uk swansea.gov.uk", "refused: more than one name; write one a line"},
      {"cardiff.gov.uk,swansea.gov.uk", "refused: more than one name; write one a line"},
      {"a@b@cardiff.gov.uk", "refused: it holds characters that no mail domain has"},
      {"\u2603.gov.uk", "refused: not a domain that can be registered (IDNA)"},
      {"caf\xE9.gov.uk", "refused: not UTF-8; save the file as UTF-8"},
      {std::string_view("car\0diff.gov.uk", 15), "refused: it holds control characters"},
      {"car\x07"
       "diff.gov.uk",
       "refused: it holds control characters"},
      {"https://", "refused: no domain"},
      {"@", "refused: no domain"},
      {"...", "refused: two dots follow each other, or it begins with one"},
  };
  for (const auto& [line, expected] : rows) {
    CAPTURE(line);
    CHECK(understood(line) == expected);
  }
  CHECK(understood(std::string(64, 'a') + ".gov.uk") ==
        "refused: a part between dots is longer than 63 characters");
  std::string long_name = "gov.uk";
  while (long_name.size() <= 253) long_name.insert(0, "aaaaaaa.");
  CHECK(understood(long_name) == "refused: longer than 253 characters");
  CHECK(understood(std::string(20'000, 'a')) == "refused: the line is longer than 16 KB");
}

TEST_CASE("fleet list: line ends, byte order marks, comments and blank lines") {
  for (const char* text :
       {"a.example\nb.example\n", "a.example\r\nb.example\r\n", "a.example\rb.example",
        "\xEF\xBB\xBF"
        "a.example\nb.example",
        "# both\n\n  \na.example\n   # more\nb.example\n\n"}) {
    CAPTURE(text);
    CHECK(names(txt(text)) == "a.example b.example");
    CHECK(txt(text).rejected.empty());
    CHECK(txt(text).notes.empty());
  }
  CHECK(txt("").accepted.empty());
  CHECK(txt("a.example\r\n\r\nb..example\r\n").rejected.at(0) ==
        RejectedLine{3, "b..example", "two dots follow each other, or it begins with one"});
  CHECK(txt("\xFF\xFE"
            "a")
            .rejected.at(0)
            .reason == "the file is UTF-16; save it as UTF-8");
}

TEST_CASE("fleet list: a domain named twice is taken once, with a note") {
  const FleetList list = txt("a.example\nb.example\nA.example.\n");
  CHECK(names(list) == "a.example b.example");
  CHECK(list.notes.at(0) == LineNote{3, "a.example: already on line 1; this line is not used"});
}

TEST_CASE("fleet list: all columns, in any order") {
  const FleetList list = csv(
      "tls_ready,Domain,DKIM "
      "Selectors,organisation,organisation-cy,sector,contact,sending_addresses,parked,agreement\n"
      "2026-12-01,a.example,\"selector1 s2._domainkey.a.example\",\"Council, The\",\"Cyngor "
      "\"\"Y\"\"\",local-authority,"
      "it@a.example,192.0.2.1 2001:db8::1,,minuted\n"
      ",b.example,,,,,,,Yes,\n");
  CHECK(list.rejected.empty());
  CHECK(list.notes.empty());
  REQUIRE(list.accepted.size() == 2);
  FleetEntry a(*Name::parse("a.example"));
  a.organisation = "Council, The";
  a.organisation_cy = "Cyngor \"Y\"";
  a.sector = "local-authority";
  a.contact = "it@a.example";
  a.dkim_selectors = {"selector1", "s2"};
  a.sending_addresses = {*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")};
  a.agreement = "minuted";
  a.tls_ready = parse_time("2026-12-01");
  CHECK(list.accepted[0] == a);
  CHECK(list.accepted[1].parked);
  SUBCASE("and written again they are the same") {
    CHECK(csv(to_csv(list.accepted)).accepted == list.accepted);
    CHECK(csv(to_csv(list.accepted)).rejected.empty());
  }
}

TEST_CASE("fleet list: rows that are refused, and why") {
  const std::pair<const char*, const char*> rows[] = {
      {"a.example,Org,x,y", "4 cells where the header has 3; quote cells that hold commas"},
      {"a.example,Org,2026-02-30", "tls_ready must be a date like 2026-12-01, got \"2026-02-30\""},
      {"a.example,Org,31/12/2026", "tls_ready must be a date like 2026-12-01, got \"31/12/2026\""},
      {"a.example,\"Org,", "a quote is opened and not closed"},
      {"a.example,\"Org\" x,", "there is text after a closing quote"},
      {"a.example,Caf\xE9,", "not UTF-8; save the file as UTF-8"},
      {"a.example,Org\x01,", "organisation holds control characters"},
      {",Org,", "no domain"},
  };
  for (const auto& [row, reason] : rows) {
    CAPTURE(row);
    const FleetList list =
        csv(std::string("domain,organisation,tls_ready\n") + row + "\nlast.example,,\n");
    REQUIRE(list.rejected.size() == 1);
    CHECK(list.rejected[0].line == 2);
    CHECK(list.rejected[0].reason == reason);
    CHECK(names(list) == "last.example");  // the rest is read on
  }
  const auto reason = [](const std::string& header, const std::string& row) {
    const FleetList list = csv(header + "\n" + row + "\n");
    return list.rejected.empty() ? "" : list.rejected[0].reason;
  };
  CHECK(reason("domain,parked", "a.example,maybe") == "parked must be yes or no, got \"maybe\"");
  CHECK(reason("domain,dkim_selectors", "a.example,s1 s!") ==
        "dkim_selectors must be names like \"selector1\", got \"s!\"");
  CHECK(reason("domain,sending_addresses", "a.example,10.0.0.0/8") ==
        "sending_addresses must be addresses like \"192.0.2.1\", got \"10.0.0.0/8\"");
  CHECK(reason("domain,contact", "a.example," + std::string(301, 'x')) ==
        "contact is longer than 300 bytes");
}

TEST_CASE("fleet list: rows that are understood") {
  CHECK(names(csv("domain,organisation\na.example\n")) == "a.example");  // short
  CHECK(names(csv("domain\na.example,,,\n")) == "a.example");            // trailing commas
  CHECK(names(csv("domain;sector\na.example;health\n")) == "a.example");
  CHECK(names(csv("domain\tsector\na.example\thealth\n")) == "a.example");
  CHECK(csv("domain;sector\na.example;health\n").accepted[0].sector == "health");
  const FleetList empty = csv("domain,sector\n,,\na.example,\n");
  CHECK(names(empty) == "a.example");
  CHECK(empty.notes.at(0) == LineNote{2, "a row without anything in it"});
  const FleetList wide = csv("domain,organisation\na.example,\"two\nlines\"\nb.example,\n");
  CHECK(names(wide) == "a.example b.example");
  CHECK(wide.accepted[0].organisation == "two lines");
  CHECK(wide.notes.at(0).line == 2);
  CHECK(csv("domain,colour\na.example,red\n").notes.at(0) ==
        LineNote{1, "the column \"colour\" is not used"});
}

TEST_CASE("fleet list: without a header every line is refused, none is lost") {
  const FleetList list = csv("a.example,Org\nb.example,Org\n");
  CHECK(list.accepted.empty());
  REQUIRE(list.rejected.size() == 2);
  CHECK(list.rejected[0].reason == "the first line must name the columns, one of them \"domain\"");
  CHECK(csv("domain,domain\na.example,b.example\n").rejected.size() == 2);
  CHECK(csv("domain,sector,sector\na.example,,\n").rejected.at(0).reason ==
        "the column \"sector\" is named twice");
}

TEST_CASE("fleet list: the format by name, else by the header") {
  CHECK(list_format("x.CSV", "") == ListFormat::csv);
  CHECK(list_format("x.txt", "domain\n") == ListFormat::txt);
  CHECK(list_format("x", "# list\nsector,Domain\n") == ListFormat::csv);
  CHECK(list_format("x", "\xEF\xBB\xBF\"domain\"\n") == ListFormat::csv);
  CHECK(list_format("x", "a.example\n") == ListFormat::txt);
}

TEST_CASE("fleet list: the shipped one is whole") {
  std::ifstream in(source_root() + "/fleets/wales.csv", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const FleetList list = csv(text);
  CHECK(list.rejected.empty());
  CHECK(list.notes.empty());
  CHECK(list.accepted.size() == 39);
}

}  // namespace mailfleet

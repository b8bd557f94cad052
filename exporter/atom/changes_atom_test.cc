#include "exporter/atom/changes_atom.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include "exporter/http/message.h"
#include "tests/web_sample.h"

using namespace mailfleet;

namespace {

const Time noon = *parse_time("2026-11-21T12:00:00Z");

AtomFeed sample() {
  return {.base_url = "https://Monitor.example:8443/",
          .path = "changes.atom?sector=local%20authority",
          .page = "?sector=local%20authority",
          .title = "Mail & more",
          .author = "Mail & more",
          .entries = {{.id = 7,
                       .domain = *Name::parse("a.gov.uk"),
                       .row = {.at = noon,
                               .check = "spf",
                               .was = "hard-fail",
                               .now = "open",
                               .kind = "spf-open",
                               .summary = "<b>\"x\"</b> & \x01\xe2\x80\xae\xef\xbf\xbf ]]>"}},
                      {.id = 3, .domain = *Name::parse("b.gov.uk"), .row = {.at = noon}}}};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

size_t count(const std::string& text, std::string_view part) {
  size_t out = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

httplib::Result get(uint16_t port, const std::string& path, const httplib::Headers& headers = {}) {
  return httplib::Client("127.0.0.1", port).Get(path, headers);
}

}  // namespace

TEST_CASE("atom: what a feed reader needs, and ids that stay") {
  const std::string text = atom_text(sample());
  CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns="));
  CHECK(has(text, "<id>tag:monitor.example,2026:changes.atom?sector=local%20authority</id>"));
  CHECK(has(text, "<id>tag:monitor.example,2026:change/7-1795262400</id>"));
  CHECK(has(text, "<updated>2026-11-21T12:00:00Z</updated>\n<author><name>Mail &amp; more</name>"));
  CHECK(has(text,
            "<link rel=\"self\" type=\"application/atom+xml\" "
            "href=\"https://Monitor.example:8443/changes.atom?sector=local%20authority\"/>"));
  CHECK(has(text, "href=\"https://Monitor.example:8443/domains/a.gov.uk\"/>"));
  CHECK(has(text, "<title>a.gov.uk: spf: spf open, hard-fail → open</title>"));
  CHECK(has(text, "<category term=\"spf\"/><category term=\"spf-open\"/>"));
  CHECK(count(text, "<entry>") == 2);
  CHECK(atom_text(sample()) == text);
}

TEST_CASE("atom: hostile text stays text") {
  const std::string text = atom_text(sample());
  CHECK(!has(text, "<b>"));
  CHECK(has(text, "&lt;b&gt;"));
  CHECK(!has(text, "\x01"));
  CHECK(!has(text, "\xe2\x80\xae"));
  CHECK(!has(text, "\xef\xbf\xbf"));
  CHECK(has(text, "]]&gt;"));
}

TEST_CASE("atom: nothing has happened yet, and no address of ours") {
  const std::string text = atom_text({.path = "changes.atom", .title = "t", .author = "a"});
  CHECK(has(text, "<id>tag:localhost,2026:changes.atom</id>"));
  CHECK(has(text, "<updated>1970-01-01T00:00:00Z</updated>"));
  CHECK(has(text, "href=\"/changes.atom\"/>"));
  CHECK(!has(text, "<entry>"));
  AtomFeed by_number{.base_url = "http://[::1]:9970/"};
  CHECK(has(atom_text(by_number), "<id>tag:localhost,2026:"));
}

TEST_CASE("atom: of the fleet, a sector and a domain, over HTTP") {
  SampleServer server;
  const uint16_t port = server.ports.listen.front();
  const auto fleet = get(port, "/changes.atom");
  REQUIRE(fleet);
  CHECK(fleet->status == 200);
  CHECK(fleet->get_header_value("Content-Type") == "application/atom+xml; charset=utf-8");
  CHECK(count(fleet->body, "<entry>") == 5);
  const std::string etag = fleet->get_header_value("ETag");
  CHECK(!etag.empty());
  CHECK(get(port, "/changes.atom", {{"If-None-Match", etag}})->status == 304);

  const auto domain = get(port, "/domains/powys.gov.uk/changes.atom");
  CHECK(domain->status == 200);
  CHECK(has(domain->body, "<title>powys.gov.uk: spf: spf removed, valid → absent</title>"));
  CHECK(get(port, "/changes.atom?domain=powys.gov.uk")->body == domain->body);
  CHECK(get(port, "/domains/other.example/changes.atom")->status == 404);
  CHECK(get(port, "/changes.atom?domain=other.example")->status == 404);

  // The sample's log is cardiff's.
  const Snapshot& snapshot = *server.snapshots.load();
  const std::string sector = snapshot.find(*Name::parse("cardiff.gov.uk"))->owner.sector;
  REQUIRE(!sector.empty());
  CHECK(count(get(port, "/changes.atom?sector=" + sector)->body, "<entry>") == 5);
  std::string other;
  for (const DomainPtr& each : snapshot.domains)
    if (!each->owner.sector.empty() && each->owner.sector != sector) other = each->owner.sector;
  REQUIRE(!other.empty());
  const auto quiet = get(port, "/changes.atom?sector=" + percent_encoded(other));
  CHECK(quiet->status == 200);
  CHECK(count(quiet->body, "<entry>") == 0);
  CHECK(get(port, "/changes.atom?sector=no-such")->status == 404);
  CHECK(get(port, "/changes.atom?sector=" + sector + "&domain=powys.gov.uk")->status == 400);
}

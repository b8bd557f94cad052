// What is published is what its schema describes, and what is refused is what it does not.
#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <functional>

#include "embedded.h"
#include "exporter/feed/documents.h"
#include "exporter/feed/edition.h"
#include "tests/json_schema.h"

using namespace mailfleet;
namespace json = boost::json;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");

json::value schema(const std::string& name) {
  for (const EmbeddedFile& file : embedded_files_of_mf_exporter())
    if (file.path == "exporter/feed/schema/" + name + ".schema.json")
      return json::parse(std::string(file.text));
  FAIL("no schema ", name);
  return {};
}

std::string error_of(const std::string& name, const std::string& text) {
  return schema_error(schema(name), json::parse(text));
}

Edition sample() {
  Edition edition{.issuer = "https://mailfleet.example/",
                  .serial = 7,
                  .issued = now,
                  .expires = now + Seconds(72 * 3600),
                  .previous_sha256 = std::string(64, 'a'),
                  .is_signed = true};
  FeedEntry entry(*Name::parse("a.gov.uk"));
  entry.organisation = "Cyngor Ynys M\xc3\xb4n";
  entry.tier = Tier::t3;
  entry.since = entry.expires = now;
  entry.last_verified = entry.tier_until = now;
  entry.mx_hosts = entry.match_names = {"mx1.a.gov.uk"};
  entry.mta_sts = FeedPolicy{"enforce", "20260101", 604800};
  entry.reasons = {"stale"};
  entry.evidence_sha256 = std::string(64, 'b');
  entry.page = "https://mailfleet.example/domains/a.gov.uk";
  edition.entries.push_back(entry);
  return edition;
}

bool is_read(const json::value& value) {
  return std::holds_alternative<Edition>(read_edition(json::serialize(value)));
}

using Spoil = std::function<void(json::value& parent, std::string_view key)>;

// Spoils one member after the other, at every depth; both must refuse each.
void spoil_each(const json::value& whole, json::value& part, json::value& copy, const Spoil& spoil,
                size_t& tried) {
  if (part.is_array() && !part.as_array().empty())
    return spoil_each(whole, part.as_array()[0], copy, spoil, tried);
  if (!part.is_object()) return;
  std::vector<std::string> keys;
  for (const auto& member : part.as_object()) keys.emplace_back(member.key());
  for (const std::string& key : keys) {
    const json::value kept = part;
    spoil(part, key);
    ++tried;
    CHECK_MESSAGE(schema_error(schema("trusted-domains"), copy) != "", key);
    CHECK_MESSAGE(!is_read(copy), key);
    part = kept;
    spoil_each(whole, part.as_object()[key], copy, spoil, tried);
  }
}

size_t spoil_all(const Spoil& spoil) {
  json::value copy = json::parse(edition_json(sample()));
  size_t tried = 0;
  spoil_each(copy, copy, copy, spoil, tried);
  return tried;
}

}  // namespace

TEST_CASE("schema: our editions fit, the first and the empty one too") {
  CHECK(error_of("trusted-domains", edition_json(sample())) == "");
  Edition first = sample();
  first.previous_sha256.clear();
  first.entries[0].mta_sts.reset();
  first.entries[0].last_verified.reset();
  first.entries[0].tier_until.reset();
  CHECK(error_of("trusted-domains", edition_json(first)) == "");
  first.entries.clear();
  CHECK(error_of("trusted-domains", edition_json(first)) == "");
}

TEST_CASE("schema: what it does not describe is refused by the reader as well") {
  CHECK(spoil_all([](json::value& parent, std::string_view key) {
          parent.as_object().insert_or_assign(key, json::object{{"odd", 1}});
        }) > 20);
  spoil_all([](json::value& parent, std::string_view key) {
    parent.as_object().insert_or_assign(std::string(key) + "_more", 1);
  });
  // The date at which a tier ends is there only when there is one.
  spoil_all([](json::value& parent, std::string_view key) {
    if (key == "tier_until")
      parent.as_object().insert_or_assign(key, "soon");
    else
      parent.as_object().erase(key);
  });
}

TEST_CASE("schema: words outside the lists are refused by both") {
  const auto with = [](const char* key, json::value value) {
    json::value copy = json::parse(edition_json(sample()));
    copy.at("entries").at(0).as_object().insert_or_assign(key, std::move(value));
    return std::pair(schema_error(schema("trusted-domains"), copy) == "", is_read(copy));
  };
  CHECK(with("tier", "T1") == std::pair(true, true));
  CHECK(with("tier", "none") == std::pair(false, false));
  CHECK(with("tier", "T4") == std::pair(false, false));
  CHECK(with("state", "pending") == std::pair(false, false));
  CHECK(with("domain", "A.gov.uk") == std::pair(false, false));
  CHECK(with("domain", "a.gov.uk.") == std::pair(false, false));
  CHECK(with("mx_hosts", json::array{"*.gov.uk"}) == std::pair(false, false));
  CHECK(with("mx_hosts", json::array{""}) == std::pair(false, false));
  CHECK(with("evidence_sha256", "b") == std::pair(false, false));
  CHECK(with("since", "yesterday") == std::pair(false, false));
  CHECK(with("sender_auth", "maybe") == std::pair(false, false));
}

TEST_CASE("schema: changes, exceptions and keys fit theirs") {
  FeedChange change(*Name::parse("a.gov.uk"));
  change.number = 1;
  change.at = now;
  change.transition = {TrustState::pending, TrustState::active, Tier::none, Tier::t2, {"admitted"}};
  CHECK(error_of("changes", changes_json({})) == "");
  CHECK(error_of("changes", changes_json({change_line(change)})) == "");
  CHECK(error_of("changes", R"({"schema_version":1,"changes":[{"number":0}]})") != "");
  FeedException exception(*Name::parse("a.gov.uk"));
  exception.reasons = {"tls-missing"};
  CHECK(error_of("exceptions", exceptions_json({exception}, "https://x.example/", now, now)) == "");
  CHECK(error_of("keys", keys_json({{SigningKey::generate().public_key(), now, now}})) == "");
  CHECK(error_of("keys", R"({"keys":[{"id":"1"}]})") != "");
}

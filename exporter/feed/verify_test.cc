#include "exporter/feed/verify.h"

#include <doctest/doctest.h>

#include "exporter/feed/encoding.h"

using namespace mailfleet;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");

Edition sample(uint64_t serial = 7) {
  Edition edition{.issuer = "https://mailfleet.example/",
                  .serial = serial,
                  .issued = now - Seconds(60),
                  .expires = now + Seconds(72 * 3600),
                  .previous_sha256 = std::string(64, 'a'),
                  .is_signed = true};
  FeedEntry entry(*Name::parse("a.gov.uk"));
  entry.organisation = "Cyngor \"Ynys M\xc3\xb4n\"";
  entry.tier = Tier::t3;
  entry.since = entry.expires = now;
  entry.last_verified = now;
  entry.mx_hosts = {"mx1.a.gov.uk"};
  entry.match_names = {"mx1.a.gov.uk"};
  entry.mta_sts = FeedPolicy{"enforce", "20260101", 604800};
  entry.sender_auth = SenderAuth::enforced;
  entry.reasons = {"admitted"};
  entry.evidence_sha256 = std::string(64, 'b');
  entry.page = "https://mailfleet.example/domains/a.gov.uk";
  edition.entries.push_back(entry);
  entry.domain = *Name::parse("b.gov.uk");
  entry.state = TrustState::suspended;
  entry.mta_sts.reset();
  entry.last_verified.reset();
  entry.tier_until = now;
  edition.entries.push_back(entry);
  return edition;
}

struct Consumer {
  SigningKey key = SigningKey::generate();
  std::optional<AcceptedEdition> before{};
  std::string verdict(const Edition& edition, Time at = now) const {
    const std::string body = edition_json(edition);
    return std::string(
        to_text(verify_edition(body, minisign_text(key, body, edition_comment(edition)),
                               {key.public_key()}, before, at)
                    .verdict));
  }
};

std::string refusal(std::string json, const std::string& from, const std::string& to) {
  const size_t at = json.find(from);
  REQUIRE(at != std::string::npos);
  json.replace(at, from.size(), to);
  const auto read = read_edition(json);
  const auto* error = std::get_if<EditionError>(&read);
  return error ? error->what : "accepted";
}

}  // namespace

TEST_CASE("edition: what is written is read back the same") {
  const Edition edition = sample();
  const auto read = read_edition(edition_json(edition));
  REQUIRE(std::holds_alternative<Edition>(read));
  CHECK(std::get<Edition>(read) == edition);
}

TEST_CASE("edition: the reader is strict and says where") {
  const std::string json = edition_json(sample());
  CHECK(refusal(json, "\"tier\":\"T3\"", "\"tier\":\"T4\"") ==
        "entries[0].tier: must be T1, T2 or T3");
  CHECK(refusal(json, "\"dane\":false", "\"dane\":0") == "entries[0].dane: must be true or false");
  CHECK(refusal(json, "a.gov.uk\",\"org", "c.gov.uk\",\"org") ==
        "entries[1].domain: must be sorted, each domain once");
  CHECK(refusal(json, "\"stale\":false", "\"stale\":false,\"x\":1") ==
        "entries[0]: \"x\" is not part of the schema");
  CHECK(refusal(json, "\"signed\":true,", "") == "edition: \"signed\" is missing");
  CHECK(refusal(json, "[\"mx1.a.gov.uk\"]", "[\"MX1.a.gov.uk\"]") ==
        "entries[0].mx_hosts: must list host names in lower case");
  CHECK(refusal(json, "[\"mx1.a.gov.uk\"]", "[\"a b\"]") ==
        "entries[0].mx_hosts: must list host names in lower case");
  CHECK(refusal(json, "\"serial\":7", "\"serial\":-7") ==
        "edition.serial: must be a whole number from 1 to 9223372036854775807");
  CHECK(std::holds_alternative<EditionError>(read_edition(json.substr(0, json.size() / 2))));
  CHECK(std::holds_alternative<EditionError>(read_edition(std::string(100, '['))));
}

TEST_CASE("verify: the good, the old, the early, the foreign") {
  Consumer consumer;
  CHECK(consumer.verdict(sample()) == "accepted");
  CHECK(consumer.verdict(sample(), now + Seconds(73 * 3600)) == "expired");
  CHECK(consumer.verdict(sample(), now - Seconds(3600)) == "not-yet-issued");
  consumer.before = AcceptedEdition{8, std::string(64, 'c')};
  CHECK(consumer.verdict(sample(7)) == "rolled-back");
  CHECK(consumer.verdict(sample(8)) == "rolled-back");  // same serial, other content
  CHECK(consumer.verdict(sample(9)) == "accepted");
  CHECK(consumer.verdict(sample(8 + max_serial_leap + 1)) == "leapt-ahead");
  Edition unsigned_edition = sample(9);
  unsigned_edition.is_signed = false;
  CHECK(consumer.verdict(unsigned_edition) == "unsigned");
  const std::string body = edition_json(sample(9));
  const SigningKey other = SigningKey::generate();
  CHECK(verify_edition(body, minisign_text(other, body, "x"), {consumer.key.public_key()}, {}, now)
            .verdict == Verdict::wrong_key);
  CHECK(verify_edition(body, jws_text(consumer.key, body), {consumer.key.public_key()}, {}, now)
            .verdict == Verdict::accepted);
  CHECK(verify_edition(body, jws_text(consumer.key, "else"), {consumer.key.public_key()}, {}, now)
            .verdict == Verdict::bad_signature);
  CHECK(verify_edition(body, "", {consumer.key.public_key()}, {}, now).verdict ==
        Verdict::bad_signature);
  CHECK(verify_edition(body, "", {}, {}, now).verdict == Verdict::wrong_key);
}

TEST_CASE("verify: each flipped byte and each shortened file is refused, with a reason") {
  const Consumer consumer;
  const std::vector<PublicKey> keys{consumer.key.public_key()};
  const std::string body = edition_json(sample());
  const std::string signature = minisign_text(consumer.key, body, edition_comment(sample()));
  const std::string jws = jws_text(consumer.key, body);
  const auto refused = [&](const std::string& b, const std::string& s) {
    const Verification out = verify_edition(b, s, keys, {}, now);
    return out.verdict != Verdict::accepted && !out.why.empty() && !out.edition &&
           out.why.find('\n') == std::string::npos;
  };
  REQUIRE(!refused(body, signature));
  REQUIRE(!refused(body, jws));
  const auto flipped = [](std::string text, size_t at) {
    text[at] = static_cast<char>(text[at] ^ 1);
    return text;
  };
  for (size_t at = 0; at < body.size(); ++at) CHECK(refused(flipped(body, at), signature));
  // The first line of a minisign file is a comment that nobody signs.
  for (size_t at = signature.find('\n'); at < signature.size() - 1; ++at)
    CHECK_MESSAGE(refused(body, flipped(signature, at)), at);
  for (size_t at = 0; at < jws.size() - 1; ++at) CHECK_MESSAGE(refused(body, flipped(jws, at)), at);
  for (size_t size = 0; size < body.size(); size += 7)
    CHECK(refused(body.substr(0, size), signature));
  for (size_t size = 0; size < signature.size() - 1; ++size)
    CHECK_MESSAGE(refused(body, signature.substr(0, size)), size);
}

TEST_CASE("verify: what was accepted is kept on one line") {
  const AcceptedEdition accepted{7, std::string(64, 'a')};
  CHECK(AcceptedEdition::parse(accepted.text()) == accepted);
  for (const char* bad : {"", "7", "x aa", "7 zz", "-1 aa"}) CHECK(!AcceptedEdition::parse(bad));
}

TEST_CASE("verify: keys from any of their forms, and only those valid now") {
  const PublicKey key = SigningKey::generate().public_key();
  CHECK(read_public_keys(key.minisign(), now) == std::vector{key});
  const auto keys_json = [&](const char* from, const char* to, const std::string& id) {
    return "{\"keys\":[{\"id\":\"" + id + "\",\"algorithm\":\"Ed25519\",\"public_key\":\"" +
           base64(key.octets) + "\",\"minisign\":\"" + key.minisign() + "\",\"not_before\":\"" +
           from + "\",\"not_after\":\"" + to + "\"}]}";
  };
  CHECK(read_public_keys(keys_json("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", key.id_text()),
                         now) == std::vector{key});
  CHECK(read_public_keys(keys_json("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", key.id_text()),
                         now)
            .empty());
  CHECK(read_public_keys(keys_json("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z", key.id_text()),
                         now)
            .empty());
  CHECK(read_public_keys(
            keys_json("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "0000000000000000"), now)
            .empty());
  CHECK(read_public_keys("{", now).empty());
}

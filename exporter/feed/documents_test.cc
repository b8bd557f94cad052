#include "exporter/feed/documents.h"

#include <doctest/doctest.h>

#include "exporter/feed/encoding.h"
#include "exporter/feed/verify.h"

using namespace mailfleet;

static const Time now = *parse_time("2026-11-21T12:00:00Z");

TEST_CASE("documents: keys are read back by a consumer") {
  const PublicKey key = SigningKey::generate().public_key();
  const std::string json = keys_json({{key, now - Seconds(60), now + Seconds(60)}});
  CHECK(read_public_keys(json, now) == std::vector{key});
  CHECK(read_public_keys(json, now + Seconds(61)).empty());
}

TEST_CASE("documents: the log of changes is a chain") {
  std::vector<std::string> lines;
  for (uint64_t i = 1; i <= 5; ++i) {
    FeedChange change(*Name::parse("a.uk"));
    change.number = i;
    change.at = now;
    change.transition = {
        TrustState::active, TrustState::suspended, Tier::t2, Tier::t2, {"starttls-lost"}};
    if (!lines.empty()) change.previous_sha256 = sha256_hex(lines.back());
    lines.push_back(change_line(change));
  }
  CHECK(!broken_link(lines));
  std::vector<std::string> without = lines;
  without.erase(without.begin() + 2);
  CHECK(broken_link(without) == 3);
  std::vector<std::string> altered = lines;
  altered[1].replace(altered[1].find("a.uk"), 4, "b.uk");
  CHECK(broken_link(altered) == 3);
  std::vector<std::string> headless(lines.begin() + 1, lines.end());
  CHECK(broken_link(headless) == 1);
}

TEST_CASE("documents: only what is known makes an exception") {
  const auto kind = [](Answer3 t1, Answer3 t2) -> std::string {
    Eligibility eligibility{.mx_hosts = {"mx.a.uk"}};
    eligibility.t1 = t1;
    eligibility.t2 = t2;
    const auto found = exception_of(*Name::parse("a.uk"), "A", eligibility, now);
    return found ? (found->takes_tls ? "certificate" : "tls") : "none";
  };
  CHECK(kind(true, true) == "none");
  CHECK(kind(false, false) == "tls");
  CHECK(kind(true, false) == "certificate");
  CHECK(kind({}, {}) == "none");
  CHECK(kind(true, {}) == "none");
}

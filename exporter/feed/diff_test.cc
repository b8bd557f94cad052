#include "exporter/feed/diff.h"

#include <doctest/doctest.h>

using namespace mailfleet;

static FeedEntry entry(const char* domain, TrustState state = TrustState::active) {
  FeedEntry out(*Name::parse(domain));
  out.tier = Tier::t2;
  out.state = state;
  out.mx_hosts = {"mx.x.uk"};
  return out;
}

TEST_CASE("diff: what came, went and moved; ages are no difference") {
  Edition older{.serial = 1};
  Edition newer{.serial = 2};
  older.entries = {entry("a.uk"), entry("b.uk"), entry("d.uk")};
  newer.entries = {entry("a.uk"), entry("b.uk", TrustState::suspended), entry("c.uk")};
  newer.entries[0].evidence_sha256 = "other";
  newer.entries[1].mx_hosts = {"mx.y.uk"};
  const FeedDiff diff = diff_editions(older, newer);
  std::string told;
  for (const FeedDifference& each : diff.differences)
    told += each.domain.text() + " " + each.what + " " + each.was + ">" + each.now + "; ";
  CHECK(told ==
        "b.uk state active>suspended; b.uk mx_hosts mx.x.uk>mx.y.uk; c.uk added >active T2; d.uk "
        "removed active T2>; ");
  CHECK(diff_value(diff)["newer_serial"].as_int() == 2);
}

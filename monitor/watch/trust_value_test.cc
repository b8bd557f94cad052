#include "monitor/watch/trust_value.h"

#include <doctest/doctest.h>

using namespace mailfleet;

TEST_CASE("trust value: an entry and an eligibility come back the same") {
  const Time now = *parse_time("2026-11-21T12:00:00Z");
  TrustEntry entry{.state = TrustState::suspended,
                   .tier = Tier::t3,
                   .since = now,
                   .last_verified = now,
                   .stale = true,
                   .reasons = {"starttls-lost"},
                   .recovery = {now, now, 3},
                   .pins = {"mx.a.uk"},
                   .operators = {"microsoft"},
                   .wants_acknowledgement = true,
                   .for_unknown = true,
                   .step_down_at = now,
                   .withdraw_asked = now,
                   .asked_by_look = true,
                   .last_look = now,
                   .unseen_for = Seconds(77)};
  entry.windows[1] = {now, now + Seconds(5), 7};
  CHECK(trust_entry_of(to_value(entry)) == entry);
  CHECK(trust_entry_of(Value()) == TrustEntry{});

  const Eligibility eligibility{.tier = Tier::t1,
                                .t1 = true,
                                .t2 = false,
                                .sender_auth = SenderAuth::partial,
                                .reasons = {"x"},
                                .mx_hosts = {"mx.a.uk"},
                                .operators = {""},
                                .certificate_not_after = now,
                                .takes_no_mail = true,
                                .policy_read = true};
  CHECK(eligibility_from(to_value(eligibility)) == eligibility);
  CHECK(eligibility_from(Value(3)) == Eligibility{});
}

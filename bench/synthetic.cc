#include "bench/synthetic.h"

#include <algorithm>
#include <array>

#include "checks/registry.h"

namespace mailfleet::bench {
namespace {

constexpr std::array<const char*, 6> sectors{"local-authority", "police", "health",
                                             "education",       "fire",   "central"};

Name name_of(size_t index) { return *Name::parse("d" + std::to_string(index) + ".bench"); }

DomainPtr summary(size_t index, Time now) {
  DomainSummary out(name_of(index));
  out.owner = {.organisation = "Body number " + std::to_string(index),
               .organisation_cy = "Corff rhif " + std::to_string(index),
               .sector = sectors[index % sectors.size()],
               .contact = "postmaster@" + out.name.text()};
  for (const Check* check : all_checks()) {
    const bool seen = index % 50 != 0;
    const size_t level = (index / 7) % check->ladder.size();
    out.levels.push_back(static_cast<int8_t>(seen ? static_cast<int>(level) : -1));
    out.seen.push_back(seen ? now - Seconds(index % 3600) : Time{});
  }
  out.state = index % 50 == 0  ? DomainState::unknown
              : index % 5 == 0 ? DomainState::failing
                               : DomainState::good;
  out.fails = index % 5 == 0 ? 2 : 0;
  out.last_look = now - Seconds(index % 3600);
  out.certificate_not_after = now + std::chrono::days(1 + index % 90);
  out.mx_hosts = {"mx1." + out.name.text(), "mx2." + out.name.text()};
  out.trust.state = index % 2 == 0 ? TrustState::active : TrustState::pending;
  out.trust.tier = Tier::t2;
  out.trust.since = now - std::chrono::days(30);
  out.trust.last_verified = out.last_look;
  return std::make_shared<const DomainSummary>(std::move(out));
}

FeedEntry entry(size_t index, Time now) {
  FeedEntry out(name_of(index));
  out.organisation = "Body number " + std::to_string(index);
  out.tier = Tier::t3;
  out.since = now - std::chrono::days(30);
  out.last_verified = now - Seconds(index % 3600);
  out.expires = *out.last_verified + std::chrono::hours(72);
  out.mx_hosts = {"mx1." + out.domain.text(), "mx2." + out.domain.text()};
  out.match_names = out.mx_hosts;
  out.mta_sts = FeedPolicy{.mode = "enforce", .id = std::to_string(index), .max_age = 1209600};
  out.sender_auth = SenderAuth::enforced;
  out.evidence_sha256 = std::string(64, "0123456789abcdef"[index % 16]);
  out.page = "https://mail.example/domains/" + out.domain.text();
  return out;
}

}  // namespace

std::shared_ptr<Snapshot> synthetic_snapshot(size_t domains, Time now) {
  auto out = std::make_shared<Snapshot>();
  out->at = now;
  out->sweeps = 2;
  out->ready = true;
  for (size_t i = 0; i < domains; ++i) out->domains.push_back(summary(i, now));
  std::ranges::sort(out->domains, {}, [](const DomainPtr& each) { return each->name; });
  return out;
}

Edition synthetic_edition(size_t entries, Time now) {
  Edition out{.issuer = "https://mail.example/",
              .serial = 7,
              .issued = now,
              .expires = now + std::chrono::hours(72),
              .previous_sha256 = std::string(64, 'a'),
              .is_signed = true};
  for (size_t i = 0; i < entries; ++i) out.entries.push_back(entry(i, now));
  std::ranges::sort(out.entries, {}, &FeedEntry::domain);
  return out;
}

}  // namespace mailfleet::bench

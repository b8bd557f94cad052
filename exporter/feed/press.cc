#include "exporter/feed/press.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr size_t max_organisation_characters = 250;  // what the schema takes in any script

bool is_listed(const PressEntry& entry, const PressSettings& settings, Time now) {
  switch (entry.trust.state) {
    case TrustState::active:
    case TrustState::suspended:
      // An entry without names to match would stop its mail at every gateway.
      return entry.trust.tier != Tier::none && !entry.trust.pins.empty();
    case TrustState::withdrawn:
      return entry.trust.since && now - *entry.trust.since < settings.withdrawn_shown &&
             entry.trust.tier != Tier::none;
    default:
      return false;
  }
}

FeedEntry feed_entry(PressEntry& entry, const PressSettings& settings, Time now) {
  FeedEntry out(entry.domain);
  out.organisation = for_display(entry.organisation, max_organisation_characters);
  out.state = entry.trust.state;
  out.tier = entry.trust.tier;
  out.since = entry.trust.since.value_or(now);
  out.last_verified = entry.trust.last_verified;
  out.expires = entry.trust.last_verified.value_or(now) + settings.entry_expires;
  out.mx_hosts = entry.trust.pins;
  out.match_names = entry.trust.pins;
  out.mta_sts = std::move(entry.mta_sts);
  out.dane = entry.dane;
  out.sender_auth = entry.sender_auth;
  out.reasons = entry.trust.reasons;
  out.stale = entry.trust.stale;
  out.tier_until = entry.trust.step_down_at;
  out.evidence_sha256 = std::move(entry.evidence_sha256);
  if (out.mx_hosts.size() > max_mx_hosts_in_entry) {
    out.mx_hosts.erase(out.mx_hosts.begin() + max_mx_hosts_in_entry, out.mx_hosts.end());
    out.match_names = out.mx_hosts;
  }
  out.page = settings.issuer + "domains/" + entry.domain.text();
  return out;
}

// The active entries of the last edition that would no longer be so.
size_t falling_from(const Edition& last, const std::vector<FeedEntry>& entries,
                    const std::set<Name>& excused) {
  std::map<Name, TrustState> now;
  for (const FeedEntry& entry : entries) now.emplace(entry.domain, entry.state);
  return static_cast<size_t>(std::ranges::count_if(last.entries, [&](const FeedEntry& was) {
    if (was.state != TrustState::active || excused.contains(was.domain)) return false;
    const auto found = now.find(was.domain);
    return found == now.end() || found->second != TrustState::active;
  }));
}

size_t active_in(const Edition& edition) {
  return static_cast<size_t>(
      std::ranges::count(edition.entries, TrustState::active, &FeedEntry::state));
}

bool brakes(const Pressed& pressed, const PressSettings& settings) {
  return pressed.falling > static_cast<size_t>(settings.brake_entries) &&
         pressed.falling * 100 > pressed.active * static_cast<size_t>(settings.brake_percent);
}

// What the last edition says of domains that are not known any more.
void carry_over(const Edition& last, const PressSettings& settings, Time now,
                std::vector<FeedEntry>& entries) {
  std::set<Name> known;
  for (const FeedEntry& entry : entries) known.insert(entry.domain);
  const size_t before = entries.size();
  for (const FeedEntry& was : last.entries) {
    if (known.contains(was.domain)) continue;
    if (was.state == TrustState::withdrawn && now - was.since >= settings.withdrawn_shown) continue;
    FeedEntry& kept = entries.emplace_back(was);
    if (was.state != TrustState::active) continue;
    kept.state = TrustState::suspended;
    kept.since = now;
    kept.reasons = {"left-the-list"};
  }
  if (entries.size() > before) std::ranges::sort(entries, {}, &FeedEntry::domain);
}

// When the promise ends: no later than the newest look that verified anything allows.
Time expiry_of(const std::vector<FeedEntry>& entries, const PressSettings& settings, Time now) {
  std::optional<Time> newest;
  for (const FeedEntry& entry : entries)
    if (entry.state == TrustState::active && entry.last_verified)
      newest = std::max(*entry.last_verified, newest.value_or(*entry.last_verified));
  return std::min(newest.value_or(now), now) + settings.expires;
}

// What a rule or an answer depends on.
auto essence(const FeedEntry& entry) {
  return std::tie(entry.domain, entry.state, entry.tier, entry.mx_hosts, entry.match_names,
                  entry.dane, entry.sender_auth, entry.reasons, entry.stale, entry.tier_until,
                  entry.organisation);
}

}  // namespace

bool same_entries(const std::vector<FeedEntry>& a, const std::vector<FeedEntry>& b) {
  return std::ranges::equal(a, b, [](const FeedEntry& x, const FeedEntry& y) {
    return essence(x) == essence(y) && x.mta_sts == y.mta_sts;
  });
}

Pressed press(const PressState& state, std::vector<PressEntry> entries, bool is_signed,
              const PressSettings& settings, Time now) {
  Pressed out;
  std::set<Name> excused;
  if (!std::ranges::is_sorted(entries, {}, &PressEntry::domain))
    std::ranges::sort(entries, {}, &PressEntry::domain);
  out.edition.entries.reserve(entries.size());
  for (PressEntry& entry : entries) {
    if (entry.excused) excused.insert(entry.domain);
    if (is_listed(entry, settings, now))
      out.edition.entries.push_back(feed_entry(entry, settings, now));
  }
  const bool first = !state.last;
  if (!first) carry_over(*state.last, settings, now, out.edition.entries);
  out.edition.expires = expiry_of(out.edition.entries, settings, now);
  if (out.edition.expires <= now) return out;  // nothing was seen for so long: the last one ends
  const bool changed = first || !same_entries(state.last->entries, out.edition.entries) ||
                       state.last->is_signed != is_signed;
  if (!changed && now - state.last->issued < settings.edition_interval) return out;
  if (!first) {
    out.active = active_in(*state.last);
    out.falling = falling_from(*state.last, out.edition.entries, excused);
    if (brakes(out, settings) && !state.acknowledged) {
      out.outcome = PressOutcome::held;
      return out;
    }
  }
  out.outcome = PressOutcome::published;
  out.edition.issuer = settings.issuer;
  out.edition.serial = state.serial + 1;
  out.edition.issued = now;
  out.edition.previous_sha256 = state.sha256;
  out.edition.is_signed = is_signed;
  return out;
}

}  // namespace mailfleet

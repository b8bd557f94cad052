#include "exporter/alertmanager/delivery.h"

#include <algorithm>

namespace mailfleet {

Delivery::Delivery(std::vector<std::string> members, AlertSettings settings)
    : settings_(std::move(settings)) {
  for (std::string& member : members) members_[std::move(member)];
}

void Delivery::update(const Incident& incident, Time now) {
  const auto alert = alert_of(incident, settings_, now);
  if (!alert) return;
  if (!fault_of(*alert).empty()) {
    ++counters_.refused;
    return;
  }
  Held& held = held_[incident.id];
  if (held.incident == incident) return;
  held.incident = incident;
  ++held.version;
  held.changed = now;
}

bool Delivery::is_due(const Member& member, const Held& held, Time now) const {
  const auto told = member.told.find(held.incident.id);
  if (told == member.told.end() || told->second.version != held.version) return true;
  // Told in the future: the clock was put back.
  return !told->second.refused &&
         (now - told->second.at >= settings_.resend_interval || told->second.at > now);
}

// What is above suspicion first, together; then, alone, what has failed least often.
std::vector<int64_t> Delivery::choose(const Member& member, Time now) const {
  std::vector<int64_t> out;
  std::optional<std::pair<int, int64_t>> alone;  // how often it failed, and which
  for (const auto& [id, held] : held_) {
    if (!is_due(member, held, now)) continue;
    const auto suspect = member.singly.find(id);
    if (suspect == member.singly.end())
      out.push_back(id);
    else if (!alone || suspect->second < alone->first)
      alone = {suspect->second, id};
    if (out.size() == max_alerts_in_post) break;
  }
  if (out.empty() && alone) out.push_back(alone->second);
  return out;
}

void Delivery::forget_old(Time now) {
  std::erase_if(held_, [&](const auto& entry) {
    const Incident& incident = entry.second.incident;
    return incident.ended_at && now - *incident.ended_at > resolved_resent;
  });
  for (auto& [name, member] : members_) {
    std::erase_if(member.told, [&](const auto& told) { return !held_.contains(told.first); });
    std::erase_if(member.singly, [&](const auto& each) { return !held_.contains(each.first); });
  }
}

std::vector<Delivery::Post> Delivery::due(Time now, ClockTrust clock) {
  forget_old(now);
  std::vector<Post> out;
  for (auto& [name, member] : members_) {
    if (member.not_before > now + longest_pause) member.not_before = now;  // it was put back
    if (member.under_way || now < member.not_before) continue;
    Post post{.member = name, .incidents = choose(member, now)};
    std::vector<Alert> alerts;
    for (const int64_t id : post.incidents) {
      const Incident& incident = held_.at(id).incident;
      auto alert = alert_of(incident, settings_, now);
      if (!alert) continue;
      if (clock == ClockTrust::doubted && !incident.ended_at) alert->ends_at.reset();
      alerts.push_back(std::move(*alert));
    }
    if (alerts.empty()) continue;
    post.body = alerts_json(alerts);
    member.under_way = true;
    // What is posted now is what counts as told, should it change meanwhile.
    for (const int64_t id : post.incidents) {
      Told& told = member.told[id];
      if (told.version != held_.at(id).version) member.on_the_way.insert(id);
      told.version = held_.at(id).version;
      told.at = now;
      told.refused = false;
    }
    out.push_back(std::move(post));
  }
  return out;
}

void Delivery::refused(Member& member, const Post& post) {
  const bool alone = post.incidents.size() == 1;
  for (const int64_t id : post.incidents) {
    if (alone) {
      ++counters_.refused;
      member.told[id].refused = true;
      member.singly.erase(id);
    } else {
      member.singly.emplace(id, 0);
      member.told.erase(id);
    }
  }
}

void Delivery::failed(Member& member, const Post& post, Time now) {
  counters_.failed += post.incidents.size();
  const bool alone = post.incidents.size() == 1;
  if (!alone) ++member.failures;
  for (const int64_t id : post.incidents) {
    member.told.erase(id);
    const auto suspect = member.singly.find(id);
    if (suspect != member.singly.end()) ++suspect->second;
    if (!alone && member.failures >= failures_until_single) member.singly.emplace(id, 0);
  }
  // Longer than that, and what is open would end at the member before it is sent again.
  const Seconds longest = std::clamp(settings_.resend_interval, first_pause, longest_pause);
  member.pause = std::clamp(member.pause * 2, first_pause, longest);
  member.not_before = now + member.pause;
}

void Delivery::ended(const Post& post, PostOutcome outcome, Time now) {
  const auto found = members_.find(post.member);
  if (found == members_.end()) return;
  Member& member = found->second;
  member.under_way = false;
  member.on_the_way.clear();
  switch (outcome) {
    case PostOutcome::accepted:
      counters_.sent += post.incidents.size();
      member.failures = 0;
      member.pause = Seconds(0);
      member.not_before = {};
      for (const int64_t id : post.incidents) member.singly.erase(id);
      return;
    case PostOutcome::refused:
      return refused(member, post);
    case PostOutcome::failed:
      return failed(member, post, now);
  }
}

Time Delivery::next_due(Time now) const {
  Time next = now + settings_.resend_interval;
  for (const auto& [name, member] : members_) {
    if (member.under_way) continue;
    for (const auto& [id, held] : held_) {
      const auto told = member.told.find(id);
      const bool fresh = told == member.told.end() || told->second.version != held.version;
      if (!fresh && told->second.refused) continue;
      const Time at = fresh ? now : told->second.at + settings_.resend_interval;
      next = std::min(next, std::max(at, member.not_before));
    }
  }
  return next;
}

// Until the member has taken it: what is on the way may be lost.
bool Delivery::waits(const Member& member, const Held& held) {
  const int64_t id = held.incident.id;
  const auto told = member.told.find(id);
  return told == member.told.end() || told->second.version != held.version ||
         member.on_the_way.contains(id);
}

size_t Delivery::queued() const {
  return static_cast<size_t>(std::ranges::count_if(held_, [&](const auto& entry) {
    return std::ranges::any_of(
        members_, [&](const auto& named) { return waits(named.second, entry.second); });
  }));
}

std::optional<Time> Delivery::oldest() const {
  std::optional<Time> out;
  for (const auto& [id, held] : held_)
    for (const auto& [name, member] : members_)
      if (waits(member, held) && (!out || held.changed < *out)) out = held.changed;
  return out;
}

}  // namespace mailfleet

#include "monitor/loop.h"

#include <algorithm>
#include <exception>

#include "checks/mx/mx.h"
#include "monitor/log.h"
#include "monitor/settings.h"
#include "monitor/watch/announced.h"
#include "monitor/watch/remembered.h"
#include "monitor/watch/stale.h"

namespace mailfleet {
namespace {

constexpr Seconds unstored_wait = std::chrono::minutes(5);

AskMode mode_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::regular:
      return AskMode::normal;
    case Purpose::recheck:
      return AskMode::fresh;
    case Purpose::confirmation:
      break;
  }
  return AskMode::confirm;
}

Sight sight_of(const Posture& posture) {
  return std::ranges::any_of(posture.standings, &Standing::current) ? Sight::seen : Sight::unseen;
}

}  // namespace

// One look on its way.
struct Loop::Running {
  Name name;
  Purpose purpose = Purpose::regular;
  bool scheduled = false;
  Domain domain;
  std::optional<DomainMemory> memory{};
  Glance glance{};  // of the look's posture
  TrustView trust{};
  size_t alerts = 0;
  size_t questions = 0;
  std::optional<Time> next_look{};
  bool outdated = false;  // a person's word has changed what `memory` holds
};

void Loop::change(const std::vector<Name>& names, Store::Work work, Store::Done done) {
  for (const Name& name : names) {
    const auto [begin, end] = running_.equal_range(name);
    for (auto each = begin; each != end; ++each) each->second->outdated = true;
  }
  parts_.store.run(std::move(work), parts_.post, std::move(done));
}

void Loop::look_at(const std::vector<Name>& names) {
  asked_.insert(asked_.end(), names.begin(), names.end());
  fill();
}

// Under a clock that nobody can believe nothing is looked at: every date would be judged wrongly.
bool Loop::may_look() const { return !settings_.clock_is_good || settings_.clock_is_good(); }

// A look may end before its start returns; the loop runs here and only here.
void Loop::fill() {
  if (filling_ || halted_ || !may_look()) return;
  filling_ = true;
  while (in_flight() < settings_.max_in_flight && !asked_.empty()) {
    const Name name = std::move(asked_.front());
    asked_.pop_front();
    start({name, Purpose::regular}, false);
  }
  if (in_flight() < settings_.max_in_flight)
    for (const DueDomain& due :
         parts_.schedule.take_due(parts_.now(), settings_.max_in_flight - in_flight()))
      start(due, true);
  filling_ = false;
}

void Loop::start(const DueDomain& due, bool scheduled) {
  const Watched* watched = parts_.state.find(due.name);
  if (!watched) return;
  const auto running = std::make_shared<Running>(
      Running{.name = due.name,
              .purpose = due.purpose,
              .scheduled = scheduled,
              .domain = domain_of(due.name, &watched->entry, parts_.reference)});
  running_.emplace(due.name, running);
  recall(running, [this, running] { scan(running); });
}

// Reads what is remembered, then goes on.
void Loop::recall(const RunningPtr& running, std::function<void()> then) {
  running->outdated = false;
  parts_.store.ask<std::optional<DomainMemory>>(
      [name = running->name, checks = parts_.checks](Database& database) {
        return read_memory(database, name, checks);
      },
      parts_.post,
      [this, running, then = std::move(then)](std::optional<std::optional<DomainMemory>> memory) {
        if (!memory) {
          ++counters_.skipped;
          log_error("look skipped", {{"domain", running->name.text()},
                                     {"why", "the store could not be read"},
                                     {"error", parts_.store.counters().last_error}});
          return end(running, Sight::unseen);
        }
        running->memory = std::move(*memory);
        guarded(running, then);
      });
}

void Loop::scan(const RunningPtr& running) {
  if (running->memory) {
    running->domain.remembered = running->memory->remembered;
    running->domain.dmarc_since = running->memory->dmarc_since;
    recall_selectors(running->domain, running->memory->watch, parts_.now());
  }
  const Deadline deadline = std::chrono::steady_clock::now() + settings_.scan_deadline;
  run_scan(running->domain, parts_.checks, parts_.prober, mode_of(running->purpose), parts_.now(),
           deadline, [this, running](ScanResult result) {
             guarded(running, [&] { judged(running, std::move(result)); });
           });
}

void Loop::judged(const RunningPtr& running, ScanResult result) {
  ++counters_.scans;
  counters_.questions += result.questions;
  running->questions = result.questions;
  if (!result.trouble.empty())
    log_warning("scan incomplete", {{"domain", running->name.text()}, {"why", result.trouble}});
  compare(running, std::make_shared<ScanResult>(std::move(result)));
}

// The store does one thing after the other: what is written here rests on the latest word, and a
// word that comes later will find it.
void Loop::compare(const RunningPtr& running, const std::shared_ptr<ScanResult>& result) {
  if (running->outdated)
    return recall(running, [this, running, result] { compare(running, result); });
  const auto look = std::make_shared<Look>(look_of(running, std::move(*result)));
  parts_.store.run(
      [look, checks = parts_.checks](Database& database) { save_look(database, *look, checks); },
      parts_.post,
      [this, running, look](bool stored) {
        guarded(running, [&] { saved(running, look, stored); });
      });
}

Look Loop::look_of(const RunningPtr& running, ScanResult result) {
  const Posture* last = running->memory ? &running->memory->posture : nullptr;
  Look look(running->name);
  if (running->memory) {
    look.watch = std::move(running->memory->watch);
    look.trust = std::move(running->memory->trust);
  }
  const LookContext context{.now = result.at,
                            .second_path = running->purpose == Purpose::confirmation,
                            .trusted = is_listed(look.trust.state),
                            .hold = parts_.desk.holds(running->name, result.at)};
  accept_announced_mx(running->name, result, look.watch);
  Noticed noticed =
      take_notice(look.watch, running->domain, parts_.checks, result, context, settings_.confirm);
  running->alerts = noticed.alerts;
  running->next_look = noticed.outcome.next_look;
  look.posture = after_look(last, parts_.checks, std::move(result.judgements), result.at);
  for (Notice& each :
       notice_stale(look.watch, running->name, look.posture, context, settings_.confirm))
    noticed.outcome.notices.push_back(std::move(each));
  remark_renewals(look.watch, noticed.outcome, look.posture);
  for (const Notice& each : noticed.outcome.notices)
    ++counters_.decisions[static_cast<size_t>(each.decision)];
  if (const Watched* watched = parts_.state.find(running->name))
    look.incidents = parts_.desk.hear(watched->entry, noticed.outcome, look.posture, result.at);
  look.changes = changes_between(running->domain, parts_.checks, last, look.posture);
  look.remembered = remembered_after(running->domain.remembered, look.posture);
  look.dmarc_since = dmarc_since_after(running->domain.dmarc_since, look.posture);
  look.watch.young_selectors =
      young_selectors_after(look.watch.young_selectors, last, look.posture);
  weigh_trust(running, result, context, look);
  look.evidence = std::move(result.evidence);
  return look;
}

void Loop::accept_announced_mx(const Name& name, const ScanResult& result,
                               DomainWatch& watch) const {
  if (!settings_.announced_mx || !result.complete) return;
  const auto announced = settings_.announced_mx(name, result.at);
  const auto mx = std::ranges::find(parts_.checks, mx_check.id, &Check::id);
  if (announced.empty() || mx == parts_.checks.end()) return;
  accept_announced(watch, result.judgements[static_cast<size_t>(mx - parts_.checks.begin())],
                   announced);
}

void Loop::weigh_trust(const RunningPtr& running, const ScanResult& result,
                       const LookContext& context, Look& look) {
  const Watched* watched = parts_.state.find(running->name);
  TrustLook seen{.now = result.at,
                 .complete = result.complete,
                 .fleet_in_doubt = parts_.desk.in_doubt(),
                 .maintenance = context.hold};
  if (watched && watched->entry.tls_ready && !watched->entry.agreement.empty()) {
    seen.has_agreement = *watched->entry.tls_ready <= result.at;
    seen.agreement_ahead = !seen.has_agreement;
  }
  add_regressions(seen, look.watch);
  if (look.remembered && look.remembered->mode == "enforce")
    seen.remembered_until = look.remembered->fetched_at + look.remembered->max_age;
  if (settings_.announced_mx) seen.announced_mx = settings_.announced_mx(running->name, result.at);
  running->glance = glance_of(running->name, look.posture);
  const Eligibility& eligibility = running->glance.eligibility;
  look.transition = take_look(look.trust, eligibility, seen, settings_.trust);
  running->trust = view_of(look.trust, eligibility);
}

void Loop::saved(const RunningPtr& running, const std::shared_ptr<Look>& look, bool stored) {
  if (!stored) {
    ++counters_.unstored;
    log_error("look not stored",
              {{"domain", running->name.text()}, {"error", parts_.store.counters().last_error}});
  }
  if (stored) parts_.desk.told(look->incidents);
  counters_.changes += look->changes.size();
  counters_.alerts += running->alerts;
  const bool swept = parts_.state.looked(running->name, running->glance, running->trust);
  if (listener_)
    listener_({running->name, look->posture, running->trust, look->changes, look->trust,
               look->transition, look->remembered, running->alerts, running->questions, stored});
  const Sight sight = sight_of(look->posture);
  if (running->next_look) {
    // A look that is not remembered would ask for the same one at once, for ever.
    const Time soonest = stored ? *running->next_look : parts_.now() + unstored_wait;
    parts_.schedule.ask_at(running->name, std::max(*running->next_look, soonest),
                           Purpose::confirmation);
  }
  end(running, sight);
  if (swept && sweep_listener_) sweep_listener_();
}

void Loop::end(const RunningPtr& running, Sight sight) {
  const auto [begin, past] = running_.equal_range(running->name);
  const auto here =
      std::find_if(begin, past, [&](const auto& each) { return each.second == running; });
  if (here == past) return;
  running_.erase(here);
  if (running->scheduled) parts_.schedule.done(running->name, parts_.now(), sight);
  if (halted_) return;
  parts_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) fill();
  });
}

// The edge of a look: a bug of ours costs this look only.
void Loop::guarded(const RunningPtr& running, const std::function<void()>& step) {
  try {
    step();
  } catch (const std::exception& bug) {
    ++counters_.bugs;
    log_error("look failed", {{"domain", running->name.text()}, {"bug", bug.what()}});
    end(running, Sight::unseen);
  }
}

}  // namespace mailfleet

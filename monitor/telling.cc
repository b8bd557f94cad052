#include "monitor/telling.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "checks/registry.h"
#include "monitor/log.h"
#include "monitor/probe/connect.h"
#include "monitor/store/posture_json.h"
#include "monitor/store/wait_for.h"
#include "monitor/word_reader.h"

namespace mailfleet {
namespace {

constexpr const char* held_kind = "self-feed-held";
constexpr const char* store_kind = "self-store-errors";

std::optional<FeedPolicy> policy_of(const std::optional<RememberedPolicy>& remembered) {
  if (!remembered || remembered->mode.empty()) return {};
  return FeedPolicy{remembered->mode, remembered->id, remembered->max_age.count()};
}

// The story as it goes: suspected, confirmed, resolved or acknowledged.
void log_incident(const Incident& incident) {
  std::string who = incident.cause;
  if (incident.domain) who = incident.domain->text();
  log_info("regression", {{"state", to_text(incident.state)},
                          {"kind", incident.kind},
                          {"severity", to_text(incident.severity)},
                          {"who", who},
                          {"domains", incident.domains.size()},
                          {"was", incident.was},
                          {"now", incident.now}});
}

AdminResult refused(unsigned status, std::string why) {
  return {.status = status, .body = {}, .detail = std::move(why)};
}

// The entry after the word: an opt-out is asked by the first and done by a second, a day later.
AdminResult done_with(const TrustEntry& entry) {
  Value body = Value::object({{"acknowledged", true}, {"state", to_text(entry.state)}});
  if (entry.withdraw_asked && entry.state != TrustState::withdrawn)
    body.set("withdraw_from", to_text(*entry.withdraw_asked + least_withdrawal_wait));
  return {.status = 200, .body = std::move(body)};
}

// What a person says about the entry of a domain.
std::optional<TrustTransition> take_word(DomainMemory& memory, const std::string& word, Time now) {
  if (word == "readmit") return readmit(memory.trust, now);
  if (word == "change") {
    acknowledge_change(memory.trust, eligibility_of(memory.posture));
    return {};
  }
  auto moved = acknowledge_withdrawal(memory.trust, now);
  if (!moved) ask_withdrawal(memory.trust, now);
  return moved;
}

AdminResult done() { return {.status = 200, .body = Value::object({{"acknowledged", true}})}; }

}  // namespace

Telling::Telling(boost::asio::io_context& io, const Config& config, Monitor& monitor,
                 SnapshotBuilder& builder, SelfMetrics& metrics, const std::string& base_url,
                 SenderHost::Post post_alerts)
    : io_(io),
      monitor_(monitor),
      builder_(builder),
      metrics_(metrics),
      sender_(io, config.alertmanager.urls,
              {.base_url = base_url, .resend_interval = config.alertmanager.resend_interval},
              {.now = [this] { return believed_now(); },
               .clock_is_good = [this] { return monitor_.clock_is_good(); },
               .failed =
                   [](const std::string& member, const std::string& why) {
                     log_warning("alerts not taken", {{"alertmanager", member}, {"why", why}});
                   },
               .accepted = {},
               .post = std::move(post_alerts)}),
      publisher_(
          config.trust, base_url,
          {.save =
               [this](EditionRow row, std::function<void(bool)> saved) {
                 monitor_.store().run(
                     [row = std::move(row)](Database& database) {
                       save_edition(database, row, editions_kept);
                     },
                     post(), std::move(saved));
               },
           .show =
               [this](FeedView view) {
                 log_info("edition published",
                          {{"serial", view.serial}, {"signed", view.is_signed ? "yes" : "no"}});
                 builder_.set_feed(std::move(view));
               },
           .held =
               [this](size_t falling, size_t active) {
                 const std::string why = std::to_string(falling) + " of " + std::to_string(active) +
                                         " active entries would be suspended or withdrawn at once";
                 log_error("edition held for a person", {{"why", why}});
                 save(monitor_.desk().raise_self(held_kind, why, monitor_.now()));
               },
           .released = [this] { save(monitor_.desk().clear_self(held_kind, monitor_.now())); },
           .trouble =
               [](const std::string& what) {
                 log_error("feed files not written", {{"why", what}});
               }}),
      self_test_(
          monitor.prober(), config.monitor.control_names,
          [this](OwnMeans means, SelfTestVerdict verdict) { tested(means, verdict); }, has_route) {
  monitor_.desk().set_tell([this](const Incident& incident) {
    log_incident(incident);
    sender_.tell(incident);
  });
  restore();
  if (config.monitor.control_names.empty()) monitor_.desk().no_self_tests();
}

void Telling::tested(OwnMeans means, SelfTestVerdict verdict) {
  const std::string test(to_text(means));
  if (verdict == SelfTestVerdict::not_here) {
    metrics_.no_self_test(test);
    return monitor_.desk().no_self_test(test);
  }
  const bool good = verdict == SelfTestVerdict::good;
  metrics_.self_test(test, good);
  const bool was_good = monitor_.desk().self_test(test, good);
  if (was_good != good) log_warning("self-test", {{"test", test}, {"good", good ? "yes" : "no"}});
  if (good && !was_good) monitor_.schedule().forget_failures(monitor_.now());
}

Store::Post Telling::post() {
  return [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); };
}

void Telling::restore() {
  const Time now = monitor_.now();
  monitor_.desk().restore(wait_for<std::vector<Incident>>(
      monitor_.store(), [since = now - ended_incidents_shown](Database& database) {
        return read_incidents(database, since);
      }));
  publisher_.restore(wait_for<std::optional<EditionRow>>(monitor_.store(), read_last_edition),
                     wait_for<std::vector<TransitionRow>>(monitor_.store(), [](Database& database) {
                       return read_transitions(database);
                     }));
  for (const DomainGlance& domain : monitor_.take_listed())
    set_entry(domain.name, domain.trust, domain.glance.eligibility, domain.remembered,
              domain.evidence_sha256);
  // A list of exceptions that forgot some would force TLS where none is spoken.
  for (FeedException& each : monitor_.take_exceptions()) {
    const Name domain = each.domain;
    publisher_.set_exception(domain, std::move(each));
  }
  fleet_changed();
}

void Telling::fleet_changed() {
  for (const Name& name : publisher_.domains())
    if (!monitor_.state().find(name)) leave(name);
  for (const Name& name : publisher_.excepted())
    if (!monitor_.state().find(name)) publisher_.set_exception(name, {});
  monitor_.desk().keep_only(
      [this](const Name& name) { return monitor_.state().find(name) != nullptr; });
}

// Nobody looks at it any more, and nobody said that it wants to go.
void Telling::leave(const Name& domain) {
  change_entry(
      domain, [](DomainMemory& memory, Time now) { return leave_list(memory.trust, now); },
      [domain](const ChangedEntry* changed) {
        if (changed && changed->moved)
          log_warning("a trusted domain left the fleet list", {{"domain", domain.text()}});
      });
}

void Telling::change_entry(const Name& domain, EntryWord word,
                           std::function<void(const ChangedEntry*)> then) {
  const Time now = monitor_.now();
  const auto changed = std::make_shared<ChangedEntry>();
  monitor_.loop().change(
      {domain},
      [domain, word = std::move(word), now, changed](Database& database) {
        *changed = {.memory = read_memory(database, domain, all_checks()), .moved = {}};
        if (!changed->memory) return;
        DomainMemory& memory = *changed->memory;
        const TrustEntry before = memory.trust;
        changed->moved = word(memory, now);
        if (memory.trust != before)
          save_word(database, domain, memory.watch, memory.trust, changed->moved, now);
      },
      [this, domain, now, changed, then = std::move(then)](bool stored) {
        if (!stored) return then(nullptr);
        if (changed->memory) {
          const DomainMemory& memory = *changed->memory;
          if (changed->moved) publisher_.moved(domain, *changed->moved, now);
          set_entry(domain, memory.trust, memory.posture, eligibility_of(memory.posture),
                    memory.remembered);
        }
        then(changed.get());
      });
}

bool Telling::is_known(const Name& domain) const {
  return monitor_.state().find(domain) || publisher_.names(domain) ||
         std::ranges::any_of(monitor_.desk().book().all(), [&](const auto& each) {
           return each.second.domains.contains(domain);
         });
}

// Suspended together with others, by something that they share.
bool Telling::is_shared_loss(const Name& domain) const {
  return std::ranges::any_of(monitor_.desk().book().all(), [&](const auto& each) {
    const Incident& incident = each.second;
    return incident.state == RegressionState::confirmed && !incident.cause.empty() &&
           incident.domains.size() > 1 && incident.domains.contains(domain);
  });
}

void Telling::set_entry(const Name& name, const TrustEntry& trust, const Posture& posture,
                        const Eligibility& eligibility,
                        const std::optional<RememberedPolicy>& remembered) {
  // Most looks are at domains that the press has nothing to say of.
  set_entry(name, trust, eligibility, remembered,
            is_published(trust.state) ? evidence_digest_of(posture) : "");
}

void Telling::set_entry(const Name& name, const TrustEntry& trust, const Eligibility& eligibility,
                        const std::optional<RememberedPolicy>& remembered,
                        std::string evidence_sha256) {
  PressEntry entry(name);
  entry.trust = trust;
  if (!is_published(trust.state)) return publisher_.set_entry(std::move(entry));
  const Watched* watched = monitor_.state().find(name);
  entry.organisation = watched ? watched->entry.organisation : publisher_.organisation(name);
  entry.excused = trust.state == TrustState::suspended && is_shared_loss(name);
  entry.sender_auth = eligibility.sender_auth;
  entry.mta_sts = policy_of(remembered);
  entry.dane = eligibility.by_dane == true;
  entry.evidence_sha256 = std::move(evidence_sha256);
  publisher_.set_entry(std::move(entry));
}

void Telling::looked(const LookReport& report) {
  if (!report.stored) return;  // what is not remembered is not promised
  if (report.transition) {
    publisher_.moved(report.name, *report.transition, report.posture.at);
    log_info("trust", {{"domain", report.name.text()},
                       {"was", to_text(report.transition->from_state)},
                       {"now", to_text(report.transition->to_state)},
                       {"tier", to_text(report.transition->to_tier)}});
    const bool listed = is_listed(report.entry.state);
    const Watched* watched = monitor_.state().find(report.name);
    if (watched && !watched->entry.parked)
      monitor_.schedule().set_group(report.name, listed ? Group::trusted : Group::monitored,
                                    monitor_.now());
  }
  set_entry(report.name, report.entry, report.posture, report.trust.eligibility, report.remembered);
  const Watched* watched = monitor_.state().find(report.name);
  publisher_.set_exception(report.name,
                           exception_of(report.name, watched ? watched->entry.organisation : "",
                                        report.trust.eligibility, report.posture.at));
}

// Writes first, tells after: what was told must be known after a crash.
void Telling::save(const std::vector<Incident>& incidents) {
  if (incidents.empty()) return;
  monitor_.store().run(
      [incidents](Database& database) {
        for (const Incident& incident : incidents) save_incident(database, incident);
      },
      post(),
      [this, incidents](bool stored) {
        if (stored) return monitor_.desk().told(incidents);
        for (const Incident& each : incidents) unsaved_.insert(each.id);
      });
}

// This cannot be written down before it is told: that is what it says. It is when it ends.
void Telling::watch_store() {
  Desk& desk = monitor_.desk();
  if (const std::string trouble = monitor_.store().counters().trouble; !trouble.empty())
    return desk.told(
        desk.raise_self(store_kind, "nothing can be written: " + trouble, believed_now()));
  save(desk.clear_self(store_kind, believed_now()));
  std::vector<Incident> again;
  for (const int64_t id : std::exchange(unsaved_, {}))
    if (const Incident* incident = desk.book().find(id)) again.push_back(*incident);
  save(again);
}

// Desk keeps it among the self-tests: while it fails, nothing is told of domains.
bool Telling::clock_believed(Time now) {
  const bool good = monitor_.look_at_clock();
  metrics_.self_test("clock", good);
  const bool was_good = monitor_.desk().self_test("clock", good);
  if (was_good && !good) log_error("the clock has jumped", {{"now", to_text(now)}});
  return good;
}

void Telling::tick(Time now) {
  const bool clock_good = clock_believed(now);
  save(monitor_.desk().tick(believed_now()));
  watch_store();
  self_test_.tick(now);
  sender_.tick();
  // Before everything was looked at once, an edition would leave out whom we have not come to.
  const MonitorState& state = monitor_.state();
  // Nor can an edition be dated by a clock that jumped.
  if (clock_good && (state.sweeps() > 0 || state.restored())) publisher_.tick(now);
  if (monitor_.desk().version() != shown_) {
    shown_ = monitor_.desk().version();
    builder_.set_regressions(monitor_.desk().views());
  }
  const Delivery& delivery = sender_.delivery();
  const DeliveryCounters& all = delivery.counters();
  metrics_.alert_queue_length(delivery.queued());
  metrics_.alert_queue_oldest(delivery.oldest());
  if (all.sent > counted_.sent) metrics_.alerts_sent(static_cast<double>(all.sent - counted_.sent));
  const uint64_t failed = all.failed + all.refused;
  const uint64_t before = counted_.failed + counted_.refused;
  if (failed > before) metrics_.alerts_failed(static_cast<double>(failed - before));
  counted_ = all;
}

void Telling::acknowledge(const Name& domain, const AdminRequest& request, AdminAnswer answer) {
  WordReader reader(request.body);
  const Said said = reader.said(monitor_.now());
  if (!reader.why().empty()) return answer(refused(422, reader.why()));
  if (!is_known(domain))
    return answer(refused(404, domain.text() +
                                   " is neither in the fleet list nor on the trusted list, so "
                                   "there is nothing to acknowledge"));
  if (const auto id = request.body["regression"].as_int()) {
    const Incident* open = monitor_.desk().book().find(*id);
    if (!open || !open->domains.contains(domain))
      return answer(refused(404, "there is no such open regression of this domain"));
    const auto ended = monitor_.desk().acknowledge(*id, said.by, said.reason, said.at);
    if (!ended) return answer(refused(409, "the regression is not open"));
    save({*ended});
    return acknowledge_regression(*ended, std::move(answer));
  }
  if (request.body["edition"].as_bool() == true)
    return answer(publisher_.acknowledge() ? done() : refused(409, "no edition is held"));
  const auto entry = request.body["entry"].as_string();
  if (entry == "withdraw" || entry == "change" || entry == "readmit")
    return acknowledge_entry(domain, std::string(*entry), std::move(answer));
  answer(refused(422,
                 "name what is acknowledged: \"regression\": its id, \"edition\": true, or "
                 "\"entry\": \"change\", \"withdraw\" or \"readmit\""));
}

void Telling::acknowledge_regression(const Incident& incident, AdminAnswer answer) {
  monitor_.loop().change(
      {incident.domains.begin(), incident.domains.end()},
      [incident, now = monitor_.now()](Database& database) {
        for (const Name& name : incident.domains) {
          auto memory = read_memory(database, name, all_checks());
          if (!memory) continue;
          mailfleet::acknowledge(memory->watch, incident.check, incident.kind, incident.cause, now);
          acknowledge_change(memory->trust, eligibility_of(memory->posture));
          save_word(database, name, memory->watch, memory->trust, {}, now);
        }
      },
      [answer = std::move(answer)](bool stored) {
        answer(stored ? done() : refused(503, "the store did not take it"));
      });
}

void Telling::acknowledge_entry(const Name& domain, const std::string& word, AdminAnswer answer) {
  change_entry(
      domain, [word](DomainMemory& memory, Time now) { return take_word(memory, word, now); },
      [this, domain, word, answer = std::move(answer)](const ChangedEntry* changed) {
        if (!changed) return answer(refused(503, "the store did not take it"));
        const Time now = monitor_.now();
        if (!changed->memory) {
          const bool gone = word == "withdraw" && publisher_.withdraw(domain, now);
          return answer(gone ? done() : refused(404, "nothing is remembered of this domain"));
        }
        monitor_.schedule().ask_at(domain, now, Purpose::recheck);
        answer(done_with(changed->memory->trust));
      });
}

}  // namespace mailfleet

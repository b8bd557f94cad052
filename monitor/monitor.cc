#include "monitor/monitor.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>

#include "checks/registry.h"
#include "monitor/log.h"
#include "monitor/operator_error.h"
#include "monitor/reference.h"
#include "monitor/settings.h"
#include "monitor/store/wait_for.h"
#include "monitor/version.h"

namespace mailfleet {
namespace {

constexpr size_t restored_at_once = 500;  // domains, in one job of the store
constexpr Seconds windows_remembered{400 * 86400};
constexpr size_t shown_lines = 3;  // of a fleet file, refused; the rest is counted

ScheduleSettings schedule_settings(const MonitorConfig& config) {
  return {.monitored = config.interval,
          .trusted = config.interval_trusted,
          .parked = config.interval_parked};
}

ConfirmSettings confirm_settings(const ConfirmConfig& config) {
  return {.content_wait = config.content_wait,
          .content_count = config.content_count,
          .absence_wait = config.absence_wait,
          .absence_count = config.absence_count,
          .connection_wait = config.connection_wait,
          .connection_count = config.connection_count,
          .recovery_wait = config.recovery_wait,
          .recovery_count = config.recovery_count,
          .flap_count = config.flap_count,
          .flap_window = config.flap_window,
          .stale_trusted = config.stale_trusted,
          .stale_other = config.stale_other,
          .fleet_unknown_percent = config.fleet_unknown_percent};
}

TrustSettings trust_settings(const TrustConfig& config) {
  return {.admit_after = config.admit_after,
          .admit_observations = config.admit_observations,
          .admit_after_mta_sts = config.admit_after_mta_sts,
          .admit_after_dane = config.admit_after_dane,
          .stale_after = config.stale_after,
          .suspend_unknown_after = config.suspend_unknown_after,
          .step_down_after = config.step_down_after,
          .recover_after = config.recover_after,
          .recover_observations = config.recover_observations};
}

Group group_of(const Watched& watched) {
  if (is_listed(watched.summary->trust.state)) return Group::trusted;
  return watched.entry.parked ? Group::parked : Group::monitored;
}

void log_refused_lines(const LoadedFleet& fleet) {
  for (const FleetFileList& each : fleet.files) {
    const auto& rejected = each.list.rejected;
    for (size_t i = 0; i < std::min(rejected.size(), shown_lines); ++i)
      log_warning("fleet line refused", {{"file", each.file.string()},
                                         {"line", rejected[i].line},
                                         {"text", rejected[i].text},
                                         {"why", rejected[i].reason}});
    if (rejected.size() > shown_lines)
      log_warning("fleet lines refused", {{"file", each.file.string()},
                                          {"lines", rejected.size()},
                                          {"see", "mailfleet fleet check FILE"}});
  }
}

}  // namespace

std::filesystem::path store_file(const Config& config) {
  constexpr std::string_view scheme = "sqlite:";
  const std::string& url = config.store.url;
  if (!url.starts_with(scheme))
    throw OperatorError("[store] url must begin with \"sqlite:\", got \"" + url + "\"");
  return config.monitor.data_dir / url.substr(scheme.size());
}

Monitor::Monitor(boost::asio::io_context& io, const Config& config, LoadedFleet fleet,
                 Outside outside)
    : lock_(config.monitor.data_dir),
      store_(store_file(config)),
      reference_(load_reference(config.monitor.data_dir)),
      state_(all_checks()),
      schedule_(schedule_settings(config.monitor)),
      now_(std::move(outside.now)),
      steady_(std::move(outside.steady)),
      network_(outside.prober ? nullptr
                              : std::make_unique<NetworkProber>(io, probe_settings(config), now_)),
      prober_(outside.prober ? *outside.prober : *network_),
      desk_(confirm_settings(config.confirm)),
      maintenances_(config.maintenances) {
  desk_.set_maintenance(
      [this](const Name& domain, Time now) { return is_maintained(domain, now); });
  loop_ = std::make_unique<Loop>(
      Loop::Parts{
          .store = store_,
          .prober = prober_,
          .state = state_,
          .schedule = schedule_,
          .desk = desk_,
          .reference = reference_,
          .checks = all_checks(),
          .post = [&io](std::function<void()> work) { boost::asio::post(io, std::move(work)); },
          .now = now_},
      settings_of(config));
  log_refused_lines(fleet);
  restore_words();
  state_.set_fleet(with_words(std::move(fleet.entries)));
  restore();
  clock_.emplace(now_(), steady_(), remembered_);
}

bool Monitor::look_at_clock() { return clock_->look(now_(), steady_()); }

bool Monitor::clock_is_good() const { return clock_->good(now_(), steady_()); }

const ProbeCounters& Monitor::probe_counters() const {
  static const ProbeCounters nothing_asked{};
  return network_ ? network_->counters() : nothing_asked;
}

LoopSettings Monitor::settings_of(const Config& config) const {
  return {
      .max_in_flight = static_cast<size_t>(config.monitor.max_in_flight),
      .scan_deadline = config.monitor.scan_deadline,
      .confirm = confirm_settings(config.confirm),
      .trust = trust_settings(config.trust),
      .announced_mx = [this](const Name& domain, Time now) { return announced_mx(domain, now); },
      .clock_is_good = [this] { return clock_is_good(); }};
}

// A window that names no domain is for all whose mail goes to one of its hosts.
template <class Window>
bool Monitor::covers(const Window& window, const Name& domain, Time now) const {
  if (now < window.from || now >= window.until) return false;
  if (!window.domains.empty())
    return std::ranges::find(window.domains, domain) != window.domains.end();
  const Watched* watched = state_.find(domain);
  if (!watched) return false;
  const auto& hosts = watched->summary->mx_hosts;
  return std::ranges::any_of(window.mx, [&](const Name& host) {
    return std::ranges::find(hosts, host.text()) != hosts.end();
  });
}

bool Monitor::is_maintained(const Name& domain, Time now) const {
  const auto covered = [&](const auto& window) { return covers(window, domain, now); };
  return std::ranges::any_of(maintenances_, covered) || std::ranges::any_of(announced_, covered);
}

std::vector<std::string> Monitor::announced_mx(const Name& domain, Time now) const {
  std::vector<std::string> out;
  const auto add = [&](const auto& windows) {
    for (const auto& window : windows)
      if (covers(window, domain, now))
        for (const Name& host : window.mx) out.push_back(host.text());
  };
  add(maintenances_);
  add(announced_);
  return out;
}

void Monitor::agree(const AgreementRow& word) {
  agreements_.insert_or_assign(word.domain, word);
  const Watched* watched = state_.find(word.domain);
  if (!watched) return;  // it left the list; the word is for when it is back
  state_.change_entry(with_words({watched->entry}).front());
  schedule_.ask_at(word.domain, now_(), Purpose::recheck);
}

std::vector<FleetEntry> Monitor::with_words(std::vector<FleetEntry> entries) const {
  for (FleetEntry& entry : entries) {
    const auto word = agreements_.find(entry.name);
    if (word == agreements_.end()) continue;
    entry.agreement = word->second.agreement;
    entry.tls_ready = word->second.tls_ready;
  }
  return entries;
}

void Monitor::end_window(int64_t id, Time at) {
  for (MaintenanceRow& each : announced_)
    if (each.id == id) each.until = std::min(each.until, at);
}

bool Monitor::has_window(int64_t id, Time now) const {
  return std::ranges::any_of(
      announced_, [&](const MaintenanceRow& each) { return each.id == id && now < each.until; });
}

size_t Monitor::windows(Time now) const {
  return static_cast<size_t>(std::ranges::count_if(
      announced_, [&](const MaintenanceRow& each) { return now < each.until; }));
}

void Monitor::restore_words() {
  for (AgreementRow& row : wait_for<std::vector<AgreementRow>>(store_, read_agreements)) {
    const Name domain = row.domain;
    agreements_.insert_or_assign(domain, std::move(row));
  }
  // A clock that went ahead must not lose those that are still to come.
  const Time since = now_() - windows_remembered;
  announced_ = wait_for<std::vector<MaintenanceRow>>(
      store_, [since](Database& database) { return read_maintenances(database, since); });
}

// The store reads on while we take up what it has read.
void Monitor::restore() {
  using Page = std::vector<DomainGlance>;
  wait_for<bool>(store_, [](Database& database) {
    begin_glances(database, version());
    return true;
  });
  const auto page_after = [this](int64_t last) {
    return Answer<Page>(store_, [last](Database& database) {
      return read_glances(database, last, restored_at_once, all_checks());
    });
  };
  Answer<Page> next = page_after(0);
  while (true) {
    Page page = next.get();
    if (page.empty()) return;
    next = page_after(page.back().id);
    for (DomainGlance& domain : page) restore(std::move(domain));
  }
}

void Monitor::restore(DomainGlance&& domain) {
  const Glance& glance = domain.glance;
  state_.restore(domain.name, glance, view_of(domain.trust, glance.eligibility));
  if (const Watched* watched = state_.find(domain.name)) {
    desk_.restore(domain.name, glance);
    if (auto exception =
            exception_of(domain.name, watched->entry.organisation, glance.eligibility, glance.at))
      exceptions_.push_back(std::move(*exception));
  }
  remembered_ = std::max(glance.at, remembered_.value_or(glance.at));
  if (domain.unsettled) unsettled_.push_back(domain.name);
  if (is_published(domain.trust.state)) listed_.push_back(std::move(domain));
}

void Monitor::apply(const Config& config, LoadedFleet fleet) {
  log_refused_lines(fleet);
  maintenances_ = config.maintenances;
  clock_->believe(now_(), steady_());
  loop_->set_settings(settings_of(config));
  schedule_.set_settings(schedule_settings(config.monitor), now_());
  state_.set_fleet(with_words(std::move(fleet.entries)));
  schedule_all();
}

void Monitor::schedule_all() {
  std::vector<ScheduledDomain> domains;
  domains.reserve(state_.domains().size());
  for (const auto& [name, watched] : state_.domains())
    domains.push_back(
        {.name = name, .group = group_of(watched), .last_look = watched.summary->last_look});
  schedule_.set_domains(domains, now_());
  for (const Name& name : unsettled_) schedule_.ask_at(name, now_(), Purpose::confirmation);
  unsettled_.clear();
}

}  // namespace mailfleet

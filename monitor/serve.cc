#include "monitor/serve.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <fstream>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "exporter/server.h"
#include "monitor/advice.h"
#include "monitor/cli/configuration.h"
#include "monitor/idn.h"
#include "monitor/log.h"
#include "monitor/monitor.h"
#include "monitor/operator_error.h"
#include "monitor/registrar.h"
#include "monitor/self_report.h"
#include "monitor/snapshot_builder.h"
#include "monitor/store/audit.h"
#include "monitor/store/history.h"
#include "monitor/store_details.h"
#include "monitor/telling.h"
#include "monitor/version.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds tick_period{250};
constexpr std::chrono::hours prune_period{24};
constexpr size_t max_token_bytes = 4096;

std::string read_token(const std::filesystem::path& file) {
  if (file.empty()) return {};
  std::ifstream in(file);
  std::string token;
  if (!std::getline(in, token) || trim(token).empty() || token.size() > max_token_bytes)
    throw OperatorError(file.string() +
                        ": must hold a token in its first line ([http] admin_token_file)");
  if (token.ends_with('\r')) token.pop_back();
  return std::string(trim(token));
}

PerDomain per_domain(PerDomainMetrics setting) {
  switch (setting) {
    case PerDomainMetrics::automatic:
      return PerDomain::automatic;
    case PerDomainMetrics::all:
      return PerDomain::all;
    case PerDomainMetrics::failing:
      return PerDomain::failing;
    case PerDomainMetrics::none:
      break;
  }
  return PerDomain::none;
}

// Where readers find us, ending in "/"; without a setting, the first listener.
std::string base_url(const Config& config) {
  std::string url = config.http.base_url;
  if (url.empty() && !config.http.listen.empty())
    url = "http://" + config.http.listen.front().text();
  return url.ends_with('/') ? url : url + "/";
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

ServerSettings server_settings(const Config& config, const AdviceBook& advice) {
  ServerSettings out{.token = read_token(config.http.admin_token_file),
                     .base_url = without_slash(base_url(config)),
                     .contact = config.http.contact,
                     .title = config.http.title,
                     .version = std::string(version()),
                     .per_domain = per_domain(config.metrics.per_domain),
                     .name_of_people = name_of_people,
                     .advice = &advice,
                     .clock = wall_clock};
  for (const Campaign& each : config.campaigns)
    out.campaigns.push_back({.name = each.name,
                             .name_cy = each.name_cy,
                             .sector = each.sector,
                             .domains = each.domains,
                             .tls_ready = each.tls_ready,
                             .mandatory_tls = each.mandatory_tls});
  for (const AddressPort& each : config.http.listen) out.listen.push_back(each.text());
  for (const AddressPort& each : config.http.admin_listen) out.admin_listen.push_back(each.text());
  return out;
}

std::string url_of(AddressPort where, uint16_t port) {
  where.port = port;
  return "http://" + where.text();
}

class Serving {
 public:
  Serving(const Config& config, std::string config_option)
      : config_(config),
        config_option_(std::move(config_option)),
        signals_(io_, SIGTERM, SIGINT, SIGHUP),
        timer_(io_),
        monitor_(io_, config_, load_fleet(config_.fleets)),
        builder_([this](SnapshotPtr next) { snapshots_.store(std::move(next)); }),
        report_(metrics_, all_checks()),
        telling_(io_, config_, monitor_, builder_, metrics_, base_url(config_)),
        registrar_(monitor_, post()),
        details_(monitor_.store(), all_checks()),
        server_(server_settings(config_, advice_), snapshots_, details_, actions(), metrics_) {}

  void run() {
    monitor_.schedule_all();
    monitor_.loop().listen([this](const LookReport& look) {
      report_.look(look);
      telling_.looked(look);
    });
    monitor_.loop().on_sweep([this] { log_sweep(); });
    metrics_.config_reload(true, wall_clock());
    builder_.tick(monitor_.state(), wall_clock(), Clock::now());
    wait_for_signals();
    announce(server_.start());
    tick();
    io_.run();
    server_.stop();
    log_info("ended");
  }

 private:
  void announce(const ServerPorts& ports) {
    for (size_t i = 0; i < ports.listen.size(); ++i)
      log_info("listening", {{"url", url_of(config_.http.listen[i], ports.listen[i])}});
    for (size_t i = 0; i < ports.admin.size(); ++i)
      log_info("admin listening", {{"url", url_of(config_.http.admin_listen[i], ports.admin[i])}});
  }

  void wait_for_signals() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal != SIGHUP) return end(signal);
      reload();
      wait_for_signals();
    });
  }

  void end(int signal) {
    log_info("ending", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"},
                        {"looks_given_up", monitor_.loop().in_flight()}});
    monitor_.loop().halt();
    telling_.stop();
    io_.stop();
  }

  void tick() {
    const Time now = wall_clock();
    monitor_.loop().fill();
    telling_.tick(now);
    builder_.tick(monitor_.state(), now, Clock::now());
    report_.tick(monitor_.probe_counters(), monitor_.store().counters(), monitor_.loop().counters(),
                 monitor_.loop().in_flight(), monitor_.schedule().waiting(now), now);
    if (Clock::now() - pruned_ > prune_period) prune_store(now);
    timer_.expires_after(tick_period);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) tick();
    });
  }

  void prune_store(Time now) {
    pruned_ = Clock::now();
    monitor_.store().run(
        [before = now - config_.store.keep](Database& database) { prune(database, before); },
        post(),
        [](bool done) {
          if (!done) log_error("old rows not dropped");
        });
  }

  void log_sweep() {
    const MonitorState& state = monitor_.state();
    log_info("sweep ended", {{"sweeps", state.sweeps()},
                             {"domains", state.domains().size()},
                             {"failing", state.count(DomainState::failing)},
                             {"unknown", state.count(DomainState::unknown)},
                             {"changes", monitor_.loop().counters().changes - changes_told_}});
    changes_told_ = monitor_.loop().counters().changes;
  }

  AdminResult reload() {
    std::string why;
    try {
      const Config next = load_config(config_option_);
      LoadedFleet fleet = load_fleet(next.fleets);
      const size_t domains = fleet.entries.size();
      monitor_.apply(next, std::move(fleet));
      telling_.fleet_changed();
      set_log(next.monitor.log_level, next.monitor.log_format);
      config_ = next;
      metrics_.config_reload(true, wall_clock());
      log_info("reloaded",
               {{"domains", domains},
                {"note", "[resolver], [probe], [http] and [store] wait for a restart"}});
      return {.body = Value::object({{"reloaded", true}, {"domains", domains}})};
    } catch (const ConfigError& error) {
      for (const std::string& problem : error.problems) why += (why.empty() ? "" : "; ") + problem;
    } catch (const std::exception& error) {
      why = error.what();
    }
    metrics_.config_reload(false, wall_clock());
    log_error("reload refused, the old settings stand", {{"why", why}});
    return {.status = 422, .detail = why};
  }

  Store::Post post() {
    return [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); };
  }

  void audit(const AdminRequest& request, const char* action, const std::string& subject) {
    log_info("admin", {{"action", action}, {"subject", subject}, {"client", request.client}});
    monitor_.store().run([entry = AuditEntry{.at = wall_clock(),
                                             .actor = request.client,
                                             .action = action,
                                             .subject = subject,
                                             .detail = to_json(request.body)}](
                             Database& database) { add_audit(database, entry); },
                         post(),
                         [](bool done) {
                           if (!done) log_error("audit row not stored");
                         });
  }

  // Called on the web thread; carried out here.
  AdminActions actions() {
    AdminActions out;
    out.reload = [this](const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, request, answer = std::move(answer)] {
        audit(request, "reload", "");
        answer(reload());
      });
    };
    out.recheck = [this](const Name& name, const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, name, request, answer = std::move(answer)] {
        audit(request, "recheck", name.text());
        monitor_.schedule().ask_at(name, wall_clock(), Purpose::recheck);
        monitor_.loop().fill();
        answer({.status = 202, .body = Value::object({{"queued", true}})});
      });
    };
    out.acknowledge = [this](const Name& name, const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, name, request, answer = std::move(answer)] {
        audit(request, "acknowledge", name.text());
        telling_.acknowledge(name, request, answer);
      });
    };
    out.agreement = [this](const Name& name, const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, name, request, answer = std::move(answer)] {
        audit(request, "agreement", name.text());
        registrar_.agreement(name, request, answer);
      });
    };
    out.maintenance = [this](const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, request, answer = std::move(answer)] {
        audit(request, "maintenance", "");
        registrar_.maintenance(request, answer);
      });
    };
    out.end_maintenance = [this](int64_t id, const AdminRequest& request, AdminAnswer answer) {
      boost::asio::post(io_, [this, id, request, answer = std::move(answer)] {
        audit(request, "end-maintenance", std::to_string(id));
        registrar_.end_maintenance(id, request, answer);
      });
    };
    return out;
  }

  Config config_;
  std::string config_option_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;  // first: as process 1 nothing else would end us
  boost::asio::steady_timer timer_;
  Monitor monitor_;
  SnapshotHolder snapshots_{};
  SnapshotBuilder builder_;
  SelfMetrics metrics_{};
  SelfReport report_;
  Telling telling_;
  Registrar registrar_;
  const AdviceBook advice_ = load_advice();
  StoreDetails details_;
  Server server_;
  Clock::time_point pruned_ = Clock::now() - prune_period + std::chrono::minutes(5);
  uint64_t changes_told_ = 0;
};

}  // namespace

void serve(const Config& config, const std::string& config_option) {
  Serving(config, config_option).run();
}

}  // namespace mailfleet

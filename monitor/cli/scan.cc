#include "monitor/cli/scan.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "exporter/domain_json.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/log.h"
#include "monitor/monitor.h"
#include "monitor/operator_error.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds tick_period{100};
constexpr size_t bar_width = 30;
constexpr size_t plain_line_every = 100;  // domains, when standard error is no terminal

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

class Sweep {
 public:
  Sweep(const Config& config, const ScanOptions& options)
      : json_(options.json),
        fail_on_(parse_severity(options.fail_on)),
        fleet_(load_fleet(config.fleets)),
        monitor_(io_, config, fleet_),
        timer_(io_) {}

  int run() {
    if (!monitor_.clock_is_good())
      throw OperatorError("the clock stands before what is remembered; set it right first");
    monitor_.loop().listen([this](const LookReport& look) { take(look); });
    std::vector<Name> names;
    for (const auto& [name, watched] : monitor_.state().domains()) names.push_back(name);
    monitor_.loop().look_at(names);
    tick();
    io_.run();
    progress(true);
    if (json_)
      std::cout << to_json(Value::object({{"summary", summary()}})) << std::endl;
    else
      print_table();
    if (found_) return found;
    return learnt_ == monitor_.state().domains().size() ? looked : nothing_learnt;
  }

 private:
  void tick() {
    progress(false);
    if (monitor_.loop().idle()) return io_.stop();
    timer_.expires_after(tick_period);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) tick();
    });
  }

  void take(const LookReport& look) {
    ++done_;
    bool any = false;
    for (const Standing& standing : look.posture.standings) {
      any |= standing.current();
      for (const Finding& finding : standing.findings)
        found_ |= fail_on_ && finding.severity >= *fail_on_;
    }
    learnt_ += any ? 1 : 0;
    if (json_)
      std::cout << to_json(domain_object(look.name, look.posture, look.trust, look.posture.at))
                << std::endl;
  }

  // On a terminal one line that fills; elsewhere a line now and then.
  void progress(bool last) {
    const size_t all = monitor_.state().domains().size();
    const bool terminal = isatty(STDERR_FILENO) != 0;
    if (terminal) {
      const size_t filled = all == 0 ? bar_width : done_ * bar_width / all;
      std::cerr << "\r[" << std::string(filled, '#') << std::string(bar_width - filled, '.') << "] "
                << done_ << " of " << all << " domains" << (last ? "\n" : "") << std::flush;
    } else if (last || done_ >= told_ + plain_line_every) {
      told_ = done_;
      std::cerr << "mailfleet: looked at " << done_ << " of " << all << " domains\n";
    }
  }

  Value summary() const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const MonitorState& state = monitor_.state();
    const LoopCounters& counters = monitor_.loop().counters();
    const size_t failing = state.count(DomainState::failing);
    const size_t unknown = state.count(DomainState::unknown) + state.count(DomainState::pending);
    return Value::object({{"domains", state.domains().size()},
                          {"healthy", state.domains().size() - failing - unknown},
                          {"failing", failing},
                          {"unknown", unknown},
                          {"changes", size_t{counters.changes}},
                          {"alerts", size_t{counters.alerts}},
                          {"seconds", std::chrono::duration<double>(Clock::now() - begin_).count()},
                          {"cpu_seconds", seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime)},
                          {"max_rss_kb", int64_t{usage.ru_maxrss}},
                          {"questions", size_t{counters.questions}}});
  }

  void print_table() const {
    size_t widest = 6;
    for (const auto& [name, watched] : monitor_.state().domains())
      widest = std::max(widest, name.text().size());
    const auto line = [&](std::string_view name, std::string_view state, const std::string& rest) {
      std::cout << std::left << std::setw(static_cast<int>(widest) + 2) << name << std::setw(11)
                << state << rest << '\n';
    };
    line("domain", "state", "failures  advice");
    for (const auto& [name, watched] : monitor_.state().domains()) {
      std::ostringstream counts;
      counts << std::right << std::setw(8) << watched.summary->fails << std::setw(8)
             << watched.summary->advices;
      line(name.text(), to_text(watched.summary->state), counts.str());
    }
    const Value all = summary();
    std::cout << *all["domains"].as_int() << " domains: " << *all["healthy"].as_int()
              << " healthy, " << *all["failing"].as_int() << " failing, "
              << *all["unknown"].as_int() << " unknown; " << *all["changes"].as_int()
              << " changes\n";
  }

  bool json_;
  std::optional<Severity> fail_on_;
  Clock::time_point begin_ = Clock::now();
  LoadedFleet fleet_;
  boost::asio::io_context io_{1};
  mutable Monitor monitor_;
  boost::asio::steady_timer timer_;
  size_t done_ = 0;
  size_t told_ = 0;
  size_t learnt_ = 0;  // domains of which the look saw something
  bool found_ = false;
};

}  // namespace

int run_scan_command(const ScanOptions& options) {
  const Config config = load_config(options.config);
  set_log(std::max(config.monitor.log_level, LogLevel::warning), config.monitor.log_format);
  return Sweep(config, options).run();
}

}  // namespace mailfleet

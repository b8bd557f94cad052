#include "bench/rig.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>

#include "bench/measure.h"
#include "checks/registry.h"
#include "monitor/reference.h"
#include "monitor/settings.h"

namespace mailfleet::bench {
namespace {

constexpr std::chrono::minutes patience{20};

Deadline far() { return std::chrono::steady_clock::now() + patience; }

// Answers a deep scan at once, with nothing new; unshared, it calls a mail server by a name that
// nobody else has asked for.
class EverydayProber : public Prober {
 public:
  EverydayProber(Prober& network, bool shared) : network_(network), shared_(shared) {}

  void ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) override {
    const auto* smtp = std::get_if<SmtpQuestion>(&question);
    if (smtp && smtp->depth == SmtpDepth::deep)
      return answer(SmtpObservation{.outcome = Outcome::failed, .why = "not today"});
    if (!smtp || shared_) return network_.ask(question, mode, deadline, std::move(answer));
    SmtpQuestion own = *smtp;
    own.host = own.host.under("x" + std::to_string(++asked_)).value_or(own.host);
    network_.ask(own, mode, deadline, std::move(answer));
  }

 private:
  Prober& network_;
  bool shared_;
  size_t asked_ = 0;
};

}  // namespace

Hands::Hands(ProbeSettings settings, LookKind kind)
    : reference_(load_reference({})), prober_(io_, std::move(settings), wall_clock), kind_(kind) {}

double Hands::work_off(size_t count, size_t in_flight,
                       const std::function<void(size_t, std::function<void()>)>& start) {
  size_t next = 0;
  size_t done = 0;
  std::function<void()> more = [&] {
    while (next < count && next - done < in_flight) {
      const size_t index = next++;
      start(index, [&] {
        if (++done == count) io_.stop();
        boost::asio::post(io_, more);
      });
    }
  };
  const double before = cpu_seconds();
  io_.restart();
  boost::asio::post(io_, more);
  const auto guard = boost::asio::make_work_guard(io_);
  io_.run();
  const double took = cpu_seconds() - before;
  io_.restart();
  io_.poll();  // what was posted behind the stop refers to this call
  return took;
}

double Hands::ask(const std::vector<Question>& questions, size_t in_flight,
                  const std::function<void(const Observation&)>& seen) {
  return work_off(questions.size(), in_flight, [&](size_t index, std::function<void()> done) {
    prober_.ask(questions[index], AskMode::normal, far(),
                [&seen, done = std::move(done)](const Observation& observation) {
                  if (seen) seen(observation);
                  done();
                });
  });
}

double Hands::scan(const std::vector<Name>& names, size_t in_flight, const Seen& seen) {
  EverydayProber everyday(prober_, kind_ == LookKind::everyday);
  Prober& prober = kind_ == LookKind::daily ? static_cast<Prober&>(prober_) : everyday;
  return work_off(names.size(), in_flight, [&](size_t index, std::function<void()> done) {
    run_scan(domain_of(names[index], nullptr, reference_), all_checks(), prober, AskMode::normal,
             wall_clock(), far(), [&seen, index, done = std::move(done)](const ScanResult& result) {
               if (seen) seen(index, result);
               done();
             });
  });
}

LoadedFleet fleet_of(const std::vector<Name>& names) {
  LoadedFleet out;
  std::vector<Name> sorted = names;
  std::ranges::sort(sorted);
  out.entries.reserve(sorted.size());
  for (Name& each : sorted) out.entries.emplace_back(std::move(each));
  return out;
}

WholeMonitor::WholeMonitor(const Config& config, LoadedFleet fleet) {
  for (const FleetEntry& each : fleet.entries) names_.push_back(each.name);
  std::filesystem::create_directories(config.monitor.data_dir);
  monitor_ = std::make_unique<Monitor>(io_, config, std::move(fleet));
}

double WholeMonitor::sweep() {
  const double before = cpu_seconds();
  monitor_->loop().listen({});
  monitor_->loop().look_at(names_);
  monitor_->loop().fill();
  io_.restart();
  const auto guard = boost::asio::make_work_guard(io_);
  while (!monitor_->loop().idle()) io_.run_one();
  return cpu_seconds() - before;
}

std::optional<int> level_of(const ScanResult& result, std::string_view check) {
  const auto checks = all_checks();
  for (size_t i = 0; i < checks.size(); ++i)
    if (checks[i]->id == check) return result.judgements[i].level;
  return {};
}

bool agrees(Truth truth, const ScanResult& result) {
  const auto starttls = level_of(result, "starttls");
  const auto certificate = level_of(result, "certificate");
  const auto name_of = [](std::string_view check, int level) {
    return find_check(check)->ladder[static_cast<size_t>(level)];
  };
  switch (truth) {
    case Truth::healthy:
      return starttls && name_of("starttls", *starttls) == "tls13" && certificate &&
             name_of("certificate", *certificate) == "trusted";
    case Truth::no_starttls:
      return starttls && name_of("starttls", *starttls) == "plaintext";
    case Truth::expired:
      return certificate && name_of("certificate", *certificate) == "invalid";
    case Truth::wrong_name:
      return certificate && name_of("certificate", *certificate) == "mismatch";
    case Truth::unknowable:
      break;
  }
  return !starttls && !certificate;
}

}  // namespace mailfleet::bench

#include "monitor/probe/prober.h"

#include <csignal>

#include "monitor/probe/https_desk.h"
#include "monitor/probe/no_scan.h"
#include "monitor/probe/probe_parts.h"
#include "monitor/probe/resolver.h"
#include "monitor/probe/smtp_desk.h"
#include "monitor/probe/suffix_list.h"

namespace mailfleet {

struct NetworkProber::Parts {
  Parts(boost::asio::io_context& io, ProbeSettings settings, std::function<Time()> now)
      : shared(std::make_shared<ProbeParts>(io, std::move(settings), std::move(now))),
        no_scan(shared->settings.no_scan),
        resolver(io, shared->settings.resolver, shared->counters),
        smtp(shared),
        https(shared) {}

  void ask(const DnsQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
    resolver.ask(question, mode, deadline, std::move(answer));
  }

  void ask(const SmtpQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
    if (no_scan.covers(question.host, question.address)) return answer(spared(question));
    smtp.ask(question, mode, deadline, std::move(answer));
  }

  void ask(const HttpsQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
    if (no_scan.covers(question.host, question.address)) return answer(spared(question));
    https.ask(question, mode, deadline, std::move(answer));
  }

  void ask(const SuffixQuestion& question, AskMode, Deadline, const Answer& answer) {
    ++shared->counters.probes[{"suffix", "ok"}];
    answer(suffixes.look_up(question.name));
  }

  static Observation spared(const Question& question) {
    return failed_observation(question, "on the no-scan list");
  }

  ProbePartsPtr shared;
  NoScan no_scan;
  SuffixList suffixes{};
  Resolver resolver;
  SmtpDesk smtp;
  HttpsDesk https;
};

NetworkProber::NetworkProber(boost::asio::io_context& io, ProbeSettings settings,
                             std::function<Time()> now) {
  std::signal(SIGPIPE, SIG_IGN);
  parts_ = std::make_unique<Parts>(io, std::move(settings), std::move(now));
}

NetworkProber::~NetworkProber() = default;

void NetworkProber::ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) {
  std::visit([&](const auto& each) { parts_->ask(each, mode, deadline, std::move(answer)); },
             question);
}

const ProbeCounters& NetworkProber::counters() const { return parts_->shared->counters; }

}  // namespace mailfleet

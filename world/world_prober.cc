#include "world/world_prober.h"

#include <stdexcept>

#include "monitor/probe/limits.h"
#include "monitor/probe/suffix_list.h"
#include "world/certificate_maker.h"
#include "world/dns_table.h"
#include "world/https_seen.h"
#include "world/smtp_seen.h"

namespace mailfleet {
namespace {

class WorldProber : public Prober {
 public:
  WorldProber(const World& world, Time start, WorldClock clock)
      : world_(world), start_(start), servers_(start), clock_(std::move(clock)) {
    resolve_tlsa(world_, servers_.maker());
  }

  void ask(const Question& question, AskMode, Deadline, Answer answer) override {
    servers_.set_now(clock_.now());
    answer(std::visit([this](const auto& asked) -> Observation { return seen(asked); }, question));
  }

 private:
  const World& stage() const { return world_.at(clock_.elapsed()); }
  DnsObservation seen(const DnsQuestion& question) const {
    if (dns_delay(stage(), question) >= limits::dns_timeout)
      return {.outcome = Outcome::failed, .status = DnsStatus::timeout, .why = "no answer in time"};
    DnsObservation out = answer_dns(stage(), question);
    const auto end =
        held(stage(), question.name, static_cast<uint16_t>(question.type)).signatures_end;
    if (out.secure() && end) out.signatures_expire = end->at(start_);
    return out;
  }
  SmtpObservation seen(const SmtpQuestion& question) {
    return see_smtp(stage(), servers_, question);
  }
  HttpsObservation seen(const HttpsQuestion& question) {
    return see_https(stage(), servers_, question);
  }
  SuffixObservation seen(const SuffixQuestion& question) const {
    return suffixes_.look_up(question.name);
  }

  World world_;
  Time start_;
  WorldServers servers_;
  WorldClock clock_;
  SuffixList suffixes_{};
};

}  // namespace

std::unique_ptr<Prober> make_world_prober(const World& world, Time now) {
  World still = world;
  still.stages.clear();
  return make_world_prober(
      still, now, {.now = [now] { return now; }, .elapsed = [] { return Milliseconds(0); }});
}

std::unique_ptr<Prober> make_world_prober(const World& world) {
  if (!world.now) throw std::runtime_error("the world has no clock of its own");
  return make_world_prober(world, *world.now);
}

std::unique_ptr<Prober> make_world_prober(const World& world, Time start, WorldClock clock) {
  return std::make_unique<WorldProber>(world, start, std::move(clock));
}

}  // namespace mailfleet

#include "monitor/control_names.h"

#include <algorithm>
#include <utility>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, all_own_means.size()> means_words{"resolver", "port-25",
                                                                         "ipv6"};

}  // namespace

std::string_view to_text(OwnMeans means) { return means_words[static_cast<size_t>(means)]; }

SelfTest::SelfTest(Prober& prober, std::vector<Name> control_names, Told told, HasRoute has_route)
    : prober_(prober),
      names_(std::move(control_names)),
      told_(std::move(told)),
      has_route_(std::move(has_route)) {}

void SelfTest::tick(Time now) {
  if (names_.empty() || running_ || (last_ && now - *last_ < self_test_period)) return;
  last_ = now;
  running_ = true;
  const bool in_doubt =
      std::ranges::any_of(scores_, [](const Score& each) { return each.failures > 0; });
  reaching_ = in_doubt || !last_reach_ || now - *last_reach_ >= reach_test_period;
  if (reaching_) {
    last_reach_ = now;
    ++turn_;
  }
  const auto round = std::make_shared<Round>();
  round->waiting = 1;  // ourselves: answers may come before the last question is asked
  for (const Name& name : names_)
    ask<DnsObservation>(round, DnsQuestion{name, DnsType::mx}, AskMode::fresh, self_test_deadline,
                        [this, round](const DnsObservation& seen) { hear_mx(round, seen); });
  if (--round->waiting == 0) ended(*round);
}

// A round ends when nothing that it asked, or that an answer led to, is open.
template <class Seen>
void SelfTest::ask(const RoundPtr& round, const Question& question, AskMode mode,
                   std::chrono::seconds patience, std::function<void(const Seen&)> heard) {
  ++round->waiting;
  const std::weak_ptr<SelfTest*> self = self_;
  prober_.ask(question, mode, std::chrono::steady_clock::now() + patience,
              [self, round, heard = std::move(heard)](const Observation& observation) {
                const auto alive = self.lock();
                if (!alive) return;
                heard(std::get<Seen>(observation));
                if (--round->waiting == 0) (*alive)->ended(*round);
              });
}

void SelfTest::hear_mx(const RoundPtr& round, const DnsObservation& seen) {
  round->any_known |= seen.known();
  std::vector<Name> hosts;
  for (const MxRecord& mx : seen.mx)
    if (mx.host) hosts.push_back(*mx.host);
  if (!reaching_ || hosts.empty()) return;
  const Name host = hosts[turn_ % hosts.size()];
  for (const DnsType type : {DnsType::a, DnsType::aaaa})
    ask<DnsObservation>(
        round, DnsQuestion{host, type}, AskMode::normal, self_test_deadline,
        [this, round, host](const DnsObservation& found) { hear_address(round, host, found); });
}

void SelfTest::hear_address(const RoundPtr& round, const Name& host, const DnsObservation& seen) {
  if (seen.addresses.empty()) return;
  const Address address = seen.addresses[turn_ % seen.addresses.size()];
  const auto family = [round, v4 = address.is_v4()]() -> Reached& {
    return v4 ? round->v4 : round->v6;
  };
  family().asked = true;
  if (!has_route_(address)) {
    family().tried = true;
    return;
  }
  ask<SmtpObservation>(round, SmtpQuestion{.host = host, .address = address}, AskMode::fresh,
                       reach_test_deadline, [family](const SmtpObservation& met) {
                         family().tried |= met.known();
                         family().made |= met.reachable;
                       });
}

void SelfTest::ended(const Round& round) {
  running_ = false;
  settle(OwnMeans::resolver, round.any_known);
  // Without a resolver nobody could be asked; that is another fault than this.
  if (!reaching_ || !round.any_known) return;
  settle(OwnMeans::port_25, {.asked = round.v4.asked || round.v6.asked,
                             .tried = round.v4.tried || round.v6.tried,
                             .made = round.v4.made || round.v6.made});
  settle(OwnMeans::ipv6, round.v6);
}

void SelfTest::settle(OwnMeans means, const Reached& reached) {
  if (!reached.asked)
    told_(means, SelfTestVerdict::not_here);
  else if (reached.tried || reached.made)
    settle(means, reached.made);
}

void SelfTest::settle(OwnMeans means, bool good) {
  Score& score = scores_[static_cast<size_t>(means)];
  score.was_good |= good;
  const bool can_fail = means != OwnMeans::ipv6 || score.was_good;
  if (!can_fail) return told_(means, SelfTestVerdict::not_here);
  score.failures = good ? 0 : score.failures + 1;
  if (score.failures == 0)
    told_(means, SelfTestVerdict::good);
  else if (score.failures >= self_test_failures)
    told_(means, SelfTestVerdict::bad);
}

}  // namespace mailfleet

#include "monitor/control_names.h"

namespace mailfleet {

void SelfTest::tick(Time now) {
  if (names_.empty() || running_ || (last_ && now - *last_ < self_test_period)) return;
  last_ = now;
  running_ = true;
  const auto round = std::make_shared<Round>(Round{.waiting = names_.size()});
  const std::weak_ptr<SelfTest*> self = self_;
  for (const Name& name : names_)
    prober_.ask(DnsQuestion{name, DnsType::mx}, AskMode::fresh,
                std::chrono::steady_clock::now() + self_test_deadline,
                [self, round](const Observation& observation) {
                  round->any_known |= std::get<DnsObservation>(observation).known();
                  const auto alive = self.lock();
                  if (--round->waiting == 0 && alive) (*alive)->ended(*round);
                });
}

void SelfTest::ended(const Round& round) {
  running_ = false;
  failures_ = round.any_known ? 0 : failures_ + 1;
  if (failures_ == 0)
    told_(true);
  else if (failures_ >= self_test_failures)
    told_(false);
}

}  // namespace mailfleet

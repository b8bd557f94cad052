#include "tests/stories/network.h"

namespace mailfleet::stories {
namespace {

Observation unreachable(const Question& question) {
  if (std::holds_alternative<DnsQuestion>(question))
    return DnsObservation{
        .outcome = Outcome::failed, .status = DnsStatus::timeout, .why = "no answer in time"};
  if (std::holds_alternative<SmtpQuestion>(question))
    return SmtpObservation{.outcome = Outcome::answered,
                           .reason = SmtpReason::timeout,
                           .why = "no connection in time"};
  return HttpsObservation{
      .outcome = Outcome::answered, .reason = HttpsReason::timeout, .why = "no connection in time"};
}

bool is_v6(const Question& question) {
  if (const auto* smtp = std::get_if<SmtpQuestion>(&question)) return !smtp->address.is_v4();
  if (const auto* https = std::get_if<HttpsQuestion>(&question)) return !https->address.is_v4();
  return false;
}

}  // namespace

StoryNetwork::StoryNetwork(const Story& story, Time start, const WorldClock& clock)
    : world_(make_world_prober(story.world, start, clock)),
      by_turns_(story.other_when == "every-other") {
  if (story.other) other_ = make_world_prober(*story.other, start, clock);
}

bool StoryNetwork::asks_the_other(const Question& question, AskMode mode) {
  if (!other_ || !std::holds_alternative<DnsQuestion>(question)) return false;
  return by_turns_ ? turns_[question]++ % 2 == 1 : mode == AskMode::confirm;
}

void StoryNetwork::ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) {
  const bool lost = (no_dns && std::holds_alternative<DnsQuestion>(question)) ||
                    (no_smtp && std::holds_alternative<SmtpQuestion>(question)) ||
                    (no_https && std::holds_alternative<HttpsQuestion>(question)) ||
                    (no_ipv6 && is_v6(question));
  if (lost) return answer(unreachable(question));
  Prober& asked = asks_the_other(question, mode) ? *other_ : *world_;
  asked.ask(question, mode, deadline, std::move(answer));
}

}  // namespace mailfleet::stories

#include "checks/spf/sender.h"

#include "checks/spf/check_host.h"

namespace mailfleet {
namespace {

Value or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

}  // namespace

Judgement judge_sender(const SenderQuestion& question, Facts& facts) {
  std::string_view from = question.mail_from;
  if (from.starts_with('<') && from.ends_with('>')) from = from.substr(1, from.size() - 2);
  const size_t at = from.rfind('@');
  const std::string sent_by(at == std::string_view::npos ? from : from.substr(at + 1));
  spf::Message message{
      .ip = question.ip, .domain = sent_by, .sender = std::string(from), .helo = question.helo};
  if (message.helo.empty()) message.helo = from.empty() ? question.domain.text() : sent_by;
  if (from.empty()) {
    // RFC 7208 §2.4: the null sender is "postmaster" at the HELO name.
    message.domain = message.helo;
    message.sender = "postmaster@" + message.helo;
  }
  const spf::Outcome outcome = spf::check_host(message, facts);
  if (outcome.pending) return {};
  Value trace = Value::list();
  for (const spf::Step& each : outcome.steps)
    trace.push(Value::object({{"domain", each.domain},
                              {"term", each.term},
                              {"lookups", each.lookups},
                              {"outcome", each.outcome}}));
  Judgement out;
  out.facts.set("check_host", Value::object({{"result", spf::to_text(outcome.result)},
                                             {"mechanism", or_null(outcome.mechanism)},
                                             {"explanation", or_null(outcome.explanation)},
                                             {"reason", or_null(outcome.reason)},
                                             {"identity", from.empty() ? "helo" : "mailfrom"},
                                             {"lookups", outcome.lookups},
                                             {"voids", outcome.voids},
                                             {"trace", std::move(trace)}}));
  return out;
}

}  // namespace mailfleet

#include "world/world_prober.h"

#include <libpsl.h>

#include <algorithm>
#include <stdexcept>

#include "world/certificate_maker.h"
#include "world/dns_table.h"
#include "world/https_seen.h"
#include "world/smtp_seen.h"

namespace mailfleet {
namespace {

constexpr Milliseconds dns_patience = std::chrono::seconds(12);

SuffixObservation suffix_of(const Name& name) {
  SuffixObservation out{.outcome = Outcome::answered};
  const psl_ctx_t* list = psl_builtin();
  if (!list) return {.outcome = Outcome::failed};
  out.is_suffix = psl_is_public_suffix(list, name.text().c_str()) != 0;
  if (const char* text = psl_registrable_domain(list, name.text().c_str()))
    out.registrable = Name::from_dns(text);
  return out;
}

class WorldProber : public Prober {
 public:
  WorldProber(const World& world, Time now) : world_(world), servers_(now) {
    world_.stages.clear();
    resolve_tlsa(world_, servers_.maker());
  }

  void ask(const Question& question, AskMode, Deadline, Answer answer) override {
    answer(std::visit([this](const auto& asked) -> Observation { return seen(asked); }, question));
  }

 private:
  DnsObservation seen(const DnsQuestion& question) const {
    if (dns_delay(world_, question) >= dns_patience)
      return {.outcome = Outcome::failed, .status = DnsStatus::timeout, .why = "no answer in time"};
    return answer_dns(world_, question);
  }
  SmtpObservation seen(const SmtpQuestion& question) {
    return see_smtp(world_, servers_, question);
  }
  HttpsObservation seen(const HttpsQuestion& question) {
    return see_https(world_, servers_, question);
  }
  SuffixObservation seen(const SuffixQuestion& question) const { return suffix_of(question.name); }

  World world_;
  WorldServers servers_;
};

}  // namespace

std::unique_ptr<Prober> make_world_prober(const World& world, Time now) {
  return std::make_unique<WorldProber>(world, now);
}

std::unique_ptr<Prober> make_world_prober(const World& world) {
  if (!world.now) throw std::runtime_error("the world has no clock of its own");
  return make_world_prober(world, *world.now);
}

}  // namespace mailfleet

#include "monitor/scan.h"

#include <exception>
#include <memory>
#include <set>

namespace mailfleet {
namespace {

class Scan : public std::enable_shared_from_this<Scan> {
 public:
  Scan(Domain domain, std::span<const Check* const> checks, Prober& prober, AskMode mode,
       Deadline deadline, std::function<void(ScanResult)> done)
      : domain_(std::move(domain)),
        checks_(checks),
        prober_(prober),
        mode_(mode),
        deadline_(deadline),
        done_(std::move(done)),
        finished_(checks.size(), false) {}

  void start(Time now) {
    result_.at = now;
    result_.judgements.resize(checks_.size());
    advance();
  }

 private:
  // Answers may come while we still ask, so passes are run by a loop, not by recursion.
  void advance() {
    if (advancing_) return;
    advancing_ = true;
    while (waiting_ == 0 && !ended_) pass();
    advancing_ = false;
  }

  void pass() {
    ++result_.passes;
    const std::set<Question> missing = judge();
    if (missing.empty()) return finish();
    if (result_.passes >= max_passes) return give_up("it needs more than 16 passes");
    if (result_.questions + missing.size() > max_questions)
      return give_up("it needs more than 256 questions");
    result_.questions += missing.size();
    waiting_ = missing.size();
    for (const Question& question : missing) ask(question);
  }

  std::set<Question> judge() {
    std::set<Question> missing;
    for (size_t i = 0; i < checks_.size(); ++i) {
      if (finished_[i]) continue;
      Facts facts(result_.evidence, result_.at);
      result_.judgements[i] = judge_one(i, facts);
      finished_[i] = facts.missing().empty();
      missing.insert(facts.missing().begin(), facts.missing().end());
    }
    return missing;
  }

  Judgement judge_one(size_t i, Facts& facts) {
    try {
      return checks_[i]->judge(domain_, facts);
    } catch (const std::exception& bug) {
      result_.complete = false;
      result_.trouble = std::string(checks_[i]->id) + ": " + bug.what();
      return {};
    }
  }

  void ask(const Question& question) {
    prober_.ask(question, mode_, deadline_,
                [self = shared_from_this(), question](Observation observation) {
                  self->result_.evidence.add(question, std::move(observation));
                  --self->waiting_;
                  self->advance();
                });
  }

  // A domain that needs more than the limits is unknown where it was still asking.
  void give_up(const char* why) {
    result_.complete = false;
    result_.trouble = why;
    for (size_t i = 0; i < checks_.size(); ++i)
      if (!finished_[i])
        result_.judgements[i] =
            Judgement{.findings = {{"scan-limit", Severity::info, domain_.name.text(), why}}};
    finish();
  }

  void finish() {
    ended_ = true;
    const auto done = std::move(done_);
    done(std::move(result_));
  }

  Domain domain_;
  std::span<const Check* const> checks_;
  Prober& prober_;
  AskMode mode_;
  Deadline deadline_;
  std::function<void(ScanResult)> done_;
  std::vector<bool> finished_;
  ScanResult result_;
  size_t waiting_ = 0;
  bool advancing_ = false;
  bool ended_ = false;
};

}  // namespace

void run_scan(Domain domain, std::span<const Check* const> checks, Prober& prober, AskMode mode,
              Time now, Deadline deadline, std::function<void(ScanResult)> done) {
  std::make_shared<Scan>(std::move(domain), checks, prober, mode, deadline, std::move(done))
      ->start(now);
}

std::vector<Judgement> judge_all(const Domain& domain, std::span<const Check* const> checks,
                                 const Evidence& evidence, Time now) {
  std::vector<Judgement> out;
  for (const Check* check : checks) {
    Facts facts(evidence, now);
    Judgement judgement = check->judge(domain, facts);
    out.push_back(facts.missing().empty() ? std::move(judgement) : Judgement{});
  }
  return out;
}

}  // namespace mailfleet

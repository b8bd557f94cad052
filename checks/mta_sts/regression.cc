// What a change of the MTA-STS facts means. A policy fetched over valid HTTPS is the domain's own
// signed word and counts at once; a record or file that merely vanished does not cancel what
// senders remember (RFC 8461 §3.1, §3.3).
#include <algorithm>

#include "checks/mta_sts/mta_sts.h"

namespace mailfleet::mta_sts {
namespace {

std::string text_of(const Value& value) { return std::string(value.as_string().value_or("")); }

bool inconclusive(std::string_view fetch) {
  return fetch.empty() || fetch == "dns-failed" || fetch == "refused" || fetch == "timeout";
}

int strength(std::string_view mode) { return mode == "enforce" ? 2 : mode == "testing" ? 1 : 0; }

class Comparison {
 public:
  Comparison(const Domain& domain, const Judgement& before, const Judgement& after)
      : domain_(domain), after_(after), was_(before.facts), now_(after.facts) {}

  std::vector<Move> moves() {
    if (text_of(was_["result"]).empty() || text_of(was_["result"]) == "temperror") return {};
    if (text_of(now_["result"]) == "temperror") return {unknown()};
    had_policy_ = text_of(was_["policy"]) == "valid";
    if (had_policy_) from_policy();
    if (moves_.empty() && !(same_but_for_time()))
      moves_.push_back(
          {.kind = better() ? "improvement" : "neutral", .was = state(was_), .now = state(now_)});
    return std::move(moves_);
  }

 private:
  Move unknown() const {
    return {.kind = "unknown",
            .confirm = Confirmation::c4,
            .cause = policy_host(),
            .was = state(was_),
            .now = state(now_)};
  }
  // Many domains' policies may come from one host, by aliases.
  std::string policy_host() const {
    const std::string host = text_of(now_["policy_host"]);
    return "policy-host:" + (host.empty() ? "mta-sts." + domain_.name.text() : host);
  }

  Move& add(std::string kind, AlertLevel alert, Confirmation confirm,
            TrustEffect trust = TrustEffect::keep) {
    moves_.push_back({.kind = std::move(kind),
                      .alert = alert,
                      .confirm = confirm,
                      .trust = trust,
                      .was = state(was_),
                      .now = state(now_)});
    return moves_.back();
  }

  static std::string state(const Value& facts) {
    if (text_of(facts["policy"]) == "valid") return "mode " + text_of(facts["mode"]);
    if (text_of(facts["policy"]) == "invalid") return "policy invalid: " + text_of(facts["reason"]);
    if (text_of(facts["result"]) != "valid") return "record " + text_of(facts["result"]);
    return "fetch " + text_of(facts["fetch"]);
  }

  bool enforced() const { return text_of(was_["mode"]) == "enforce"; }

  void from_policy() {
    const std::string result = text_of(now_["result"]);
    const std::string fetch = text_of(now_["fetch"]);
    if (result == "none")
      record_gone();
    else if (result == "invalid")
      record_broken();
    else if (inconclusive(fetch))
      not_reached(fetch);
    else if (fetch != "ok")
      fetch_failing(fetch);
    else if (text_of(now_["policy"]) == "invalid")
      policy_broken();
    else
      both_valid();
  }

  // Vanished without a word: senders keep what they remember until its max_age ends.
  void record_gone() {
    const std::string mode = text_of(was_["mode"]);
    if (mode == "none") return;
    if (enforced())
      add("mta-sts-removed", AlertLevel::page, Confirmation::c2, TrustEffect::step_down_at_max_age);
    else
      add("mta-sts-removed", AlertLevel::ticket, Confirmation::c2);
  }

  void record_broken() {
    if (text_of(was_["mode"]) == "none") return;
    add("mta-sts-broken", AlertLevel::ticket, Confirmation::c1,
        enforced() ? TrustEffect::step_down_at_max_age : TrustEffect::keep);
  }

  void fetch_failing(std::string_view fetch) {
    if (text_of(was_["mode"]) == "none") return;
    // While senders remember the policy there is time; near the end of it there is none.
    const bool ending = std::ranges::find(after_.findings, "mtasts-memory-ending",
                                          &Finding::code) != after_.findings.end();
    const Confirmation confirm = fetch == "dns-none" ? Confirmation::c2 : Confirmation::c3;
    add("mta-sts-fetch-failing", ending ? AlertLevel::page : AlertLevel::ticket, confirm).cause =
        policy_host();
  }

  // Nothing is known of the policy, and that is unknown; it is told when it has lasted for a day.
  // A look-up that failed, or our own load, is no sign of the host's.
  void not_reached(std::string_view fetch) {
    if (text_of(was_["mode"]) != "none" && (fetch == "refused" || fetch == "timeout")) {
      Move& move = add("mta-sts-fetch-failing", AlertLevel::ticket, Confirmation::c4);
      move.cause = policy_host();
      move.now = "policy host not reached";
    }
    moves_.push_back(unknown());
  }

  void policy_broken() {
    if (text_of(was_["mode"]) != "none")
      add("mta-sts-broken", AlertLevel::ticket, Confirmation::c3).cause = policy_host();
  }

  void both_valid() {
    mode();
    coverage();
    age();
    const bool same_id = !was_["id"].is_null() && was_["id"] == now_["id"];
    if (same_id && !was_["body_digest"].is_null() && was_["body_digest"] != now_["body_digest"])
      add("mta-sts-id-not-bumped", AlertLevel::ticket, Confirmation::c3);
  }

  void mode() {
    const std::string was = text_of(was_["mode"]);
    const std::string now = text_of(now_["mode"]);
    if (strength(now) >= strength(was)) return;
    const TrustEffect trust = enforced() ? TrustEffect::step_down_72h : TrustEffect::keep;
    if (now == "none")
      add("mta-sts-opt-out", enforced() ? AlertLevel::page : AlertLevel::ticket, Confirmation::c0,
          trust);
    else
      add("mta-sts-weakened", AlertLevel::page, Confirmation::c0, trust);
  }

  static int coverage_of(const Value& facts) {
    const std::string covered = text_of(facts["covered"]);
    return covered == "all" ? 2 : covered == "some" ? 1 : covered == "none" ? 0 : -1;
  }

  void coverage() {
    const int was = coverage_of(was_);
    const int now = coverage_of(now_);
    // What was known before and is not now must not become the new normal.
    if (was >= 0 && now < 0 && text_of(now_["mode"]) != "none") moves_.push_back(unknown());
    if (was < 0 || now < 0 || now >= was) return;
    // Only senders under enforce stop delivering.
    const bool outage = now == 0 && text_of(now_["mode"]) == "enforce";
    Move& move = add("mta-sts-mx-mismatch", outage ? AlertLevel::page : AlertLevel::ticket,
                     Confirmation::c1, outage ? TrustEffect::suspend : TrustEffect::keep);
    move.was = text_of(was_["covered"]) + " covered";
    move.now = text_of(now_["covered"]) + " covered";
  }

  void age() {
    const auto was = was_["max_age"].as_int();
    const auto now = now_["max_age"].as_int();
    if (!was || !now || *now >= *was || text_of(now_["mode"]) == "none") return;
    Move& move = add("mta-sts-max-age-lowered", AlertLevel::info, Confirmation::c0);
    move.was = "max_age " + std::to_string(*was);
    move.now = "max_age " + std::to_string(*now);
  }

  bool better() const {
    const bool valid = text_of(now_["policy"]) == "valid";
    if (!had_policy_) return valid;
    return valid && (strength(text_of(now_["mode"])) > strength(text_of(was_["mode"])) ||
                     coverage_of(now_) > coverage_of(was_) ||
                     now_["max_age"].as_int() > was_["max_age"].as_int());
  }

  bool same_but_for_time() const {
    Value was = was_;
    Value now = now_;
    was.set("fetched_at", {});
    now.set("fetched_at", {});
    return was == now;
  }

  const Domain& domain_;
  const Judgement& after_;
  const Value& was_;
  const Value& now_;
  std::vector<Move> moves_;
  bool had_policy_ = false;
};

}  // namespace

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after) {
  return Comparison(domain, before, after).moves();
}

}  // namespace mailfleet::mta_sts

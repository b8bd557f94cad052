// What a change of the DMARC facts means: on effective values, never on the record's text.
#include <algorithm>
#include <set>

#include "checks/dmarc/dmarc.h"

namespace mailfleet::dmarc {
namespace {

// none and absent protect nobody; the order of the ladder, by name.
std::optional<int> strength(const Value& policy) {
  const auto text = policy.as_string();
  if (!text) return {};
  if (*text == "reject") return 3;
  if (*text == "quarantine") return 2;
  return *text == "none" ? 1 : 0;
}

constexpr double enforcing = 2;

// How a receiver of RFC 7489 treats forged mail: pct of it by the policy, the rest one level lower
// (RFC 7489 §6.6.4), so that reject at 10 % stands just above quarantine.
std::optional<double> strength_rfc7489(const Value& facts) {
  const auto policy = strength(facts["effective_rfc7489"]["own"]);
  const auto pct = facts["pct"].as_int();
  if (!policy) return {};
  if (*policy < 2 || !pct) return *policy;
  return *policy - 1 + static_cast<double>(*pct) / 100;
}

std::string text_of(const Value& value) {
  return std::string(value.as_string().value_or("unknown"));
}

std::string own_text(const Value& facts) {
  std::string out = text_of(facts["effective"]["own"]);
  if (const auto pct = facts["pct"].as_int(); pct && *pct < 100)
    out += " pct=" + std::to_string(*pct);
  return out;
}

bool broken(const Judgement& judgement) {
  const auto result = judgement.facts["result"].as_string();
  if (result == "invalid" || result == "multiple") return true;
  // Several records at a subdomain whose parent's record then applies.
  return std::ranges::any_of(judgement.findings, [](const Finding& finding) {
    return finding.code == "dmarc-multiple-records";
  });
}

class Comparison {
 public:
  Comparison(const Judgement& before, const Judgement& after)
      : old_(before), new_(after), was_(before.facts), now_(after.facts) {}

  std::vector<Move> moves() {
    if (!strength(now_["effective"]["own"]))
      return {{.kind = "unknown", .confirm = Confirmation::c4}};
    if (!strength(was_["effective"]["own"])) return {};
    own();
    if (!lost_) {
      below("subdomains", "dmarc-subdomain-weakened");
      below("nonexistent", "dmarc-nonexistent-weakened");
      reports();
      alignment();
    }
    // What was known before and is not now must not become the new normal.
    if (partly_unknown()) moves_.push_back({.kind = "unknown", .confirm = Confirmation::c4});
    if (moves_.empty() && !(was_ == now_))
      moves_.push_back({.kind = better_ ? "improvement" : "neutral",
                        .was = own_text(was_),
                        .now = own_text(now_)});
    return std::move(moves_);
  }

 private:
  void add(std::string kind, AlertLevel alert, Confirmation confirm, TrustEffect trust,
           std::string was, std::string now) {
    moves_.push_back({.kind = std::move(kind),
                      .alert = alert,
                      .confirm = confirm,
                      .trust = trust,
                      .was = std::move(was),
                      .now = std::move(now)});
  }
  void add_own(std::string kind, Confirmation confirm, bool loses_protection) {
    add(std::move(kind), loses_protection ? AlertLevel::page : AlertLevel::ticket, confirm,
        loses_protection ? TrustEffect::attr_off : TrustEffect::keep, own_text(was_),
        own_text(now_));
  }

  void own() {
    const int was = *strength(was_["effective"]["own"]);
    const int now = *strength(now_["effective"]["own"]);
    // Where the RFC 7489 reading is not known, that of RFC 9989 stands for it.
    const double was_7489 = strength_rfc7489(was_).value_or(was);
    const double now_7489 = strength_rfc7489(now_).value_or(now);
    const bool protected_before = was >= enforcing;
    const bool loses_9989 = was >= enforcing && now < enforcing;
    // At pct=0 a receiver of RFC 7489 quarantines nothing.
    const bool loses_7489 = was_7489 > 1 && now_7489 <= 1 && now <= was;
    if (broken(new_) && !broken(old_) && was > 0) {
      lost_ = true;
      return add_own("dmarc-broken", Confirmation::c1, protected_before);
    }
    if (removed() && now < was) {
      lost_ = true;
      return add_own("dmarc-removed", Confirmation::c2, loses_9989);
    }
    if (now < was || (now == was && now_7489 < was_7489)) {
      return add_own("dmarc-weakened", Confirmation::c1, loses_9989 || loses_7489);
    }
    better_ |= now > was || now_7489 > was_7489;
  }

  bool partly_unknown() const {
    for (const char* audience : {"subdomains", "nonexistent"})
      if (strength(was_["effective"][audience]) && !strength(now_["effective"][audience]))
        return true;
    for (const Value& before : was_["rua"].items())
      for (const Value& after : now_["rua"].items())
        if (before["uri"] == after["uri"] && !before["authorised"].is_null() &&
            after["authorised"].is_null())
          return true;
    return false;
  }

  // The record that applied is gone, whether or not a parent's applies now.
  bool removed() const {
    return !was_["policy_domain"].is_null() && was_["policy_domain"] != now_["policy_domain"];
  }

  void below(std::string_view audience, std::string kind) {
    const auto was = strength(was_["effective"][audience]);
    const auto now = strength(now_["effective"][audience]);
    if (!was || !now) return;
    better_ |= *now > *was;
    if (*now >= *was) return;
    // Names that merely follow the policy above them are told with it.
    const std::string_view above = audience == "subdomains" ? "own" : "subdomains";
    const auto above_was = strength(was_["effective"][above]);
    const auto above_now = strength(now_["effective"][above]);
    if (above_was && above_now && *above_now < *above_was && *now >= *above_now) return;
    const bool hole = *now < enforcing && *strength(now_["effective"]["own"]) >= enforcing;
    AlertLevel alert = hole ? AlertLevel::page : AlertLevel::ticket;
    if (audience == "nonexistent") alert = hole ? AlertLevel::ticket : AlertLevel::info;
    add(std::move(kind), alert, Confirmation::c1, TrustEffect::keep,
        text_of(was_["effective"][audience]), text_of(now_["effective"][audience]));
  }

  static std::set<std::string> uris(const Value& facts) {
    std::set<std::string> out;
    for (const Value& each : facts["rua"].items()) out.insert(text_of(each["uri"]));
    return out;
  }
  static std::string joined(const std::set<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out.empty() ? "none" : out;
  }

  void reports() {
    if (was_["rua"].is_null() || now_["rua"].is_null()) return;
    const auto was = uris(was_);
    const auto now = uris(now_);
    if (!was.empty() && now.empty())
      return add("dmarc-reporting-lost", AlertLevel::ticket, Confirmation::c1, TrustEffect::keep,
                 joined(was), joined(now));
    const auto gone = no_longer_authorised();
    if (!gone.empty())
      return add("dmarc-reporting-lost", AlertLevel::ticket, Confirmation::c2, TrustEffect::keep,
                 joined(gone), "not authorised");
    if (was.empty())
      better_ |= !now.empty();
    else if (was != now)
      add("dmarc-reporting-moved", AlertLevel::info, Confirmation::c1, TrustEffect::keep,
          joined(was), joined(now));
  }

  std::set<std::string> no_longer_authorised() const {
    std::set<std::string> trusted, out;
    for (const Value& each : was_["rua"].items())
      if (each["authorised"].as_bool() == true) trusted.insert(text_of(each["uri"]));
    for (const Value& each : now_["rua"].items())
      if (each["authorised"].as_bool() == false && trusted.contains(text_of(each["uri"])))
        out.insert(text_of(each["uri"]));
    return out;
  }

  void alignment() {
    for (const char* tag : {"adkim", "aspf"}) {
      const bool was_strict = was_[tag].as_string() == "s";
      const bool now_strict = now_[tag].as_string() == "s";
      better_ |= now_strict && !was_strict;
      if (was_strict && !now_strict)
        add("dmarc-alignment-relaxed", AlertLevel::info, Confirmation::c1, TrustEffect::keep,
            std::string(tag) + "=s", std::string(tag) + "=r");
    }
  }

  const Judgement& old_;
  const Judgement& new_;
  const Value& was_;
  const Value& now_;
  std::vector<Move> moves_;
  bool better_ = false;
  bool lost_ = false;
};

}  // namespace

std::vector<Move> compare(const Domain&, const Judgement& before, const Judgement& after) {
  return Comparison(before, after).moves();
}

}  // namespace mailfleet::dmarc

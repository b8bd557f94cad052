// A check: one pure function from evidence to a judgement.
//
// It asks `facts` for what it needs and returns early while something is pending; the scan asks and
// calls it again. A check never fails: what it cannot see leaves the level empty and the facts null.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/domain.h"
#include "checks/base/evidence.h"
#include "checks/base/value.h"

namespace mailfleet {

// fail: a MUST is broken or protection is absent. advice: legal but worth changing. info: to know.
enum class Severity : uint8_t { info, advice, fail };
std::string_view to_text(Severity severity);
std::optional<Severity> parse_severity(std::string_view text);

// One thing worth telling the domain's owner.
struct Finding {
  std::string code{};     // stable, kebab case: "spf-lookup-limit"; explained in advice.toml
  Severity severity = Severity::info;
  std::string subject{};  // the name or address it is about
  std::string seen{};     // what was seen, as it was; hostile text

  auto operator<=>(const Finding&) const = default;
};

struct Judgement {
  std::optional<int> level{};       // index on the check's ladder; empty when we could not see
  std::vector<Finding> findings{};
  Value facts{};                    // the object under "facts" in JSON

  bool operator==(const Judgement&) const = default;
};

// How sure one must be before a change is told (monitor/watch/confirm.h).
enum class Confirmation : uint8_t { c0, c1, c2, c3, c4 };
// How loud a confirmed change is told. `none`: recorded as neutral or better, told to nobody.
enum class AlertLevel : uint8_t { none, info, ticket, page };
// What a confirmed change does to a trusted entry.
enum class TrustEffect : uint8_t {
  keep, suspend, suspend_until_ack, step_down_72h, step_down_at_max_age, dane_off, attr_off,
  withdraw_after_ack
};
std::string_view to_text(Confirmation confirmation);
std::string_view to_text(AlertLevel level);
std::string_view to_text(TrustEffect effect);

// One difference between two judgements of the same check, both seen.
struct Move {
  std::string kind{};     // a word of regressions: "dmarc-weakened"; "improvement", "neutral"
  AlertLevel alert = AlertLevel::none;  // for a domain on the trusted list
  Confirmation confirm = Confirmation::c1;
  TrustEffect trust = TrustEffect::keep;
  std::string cause{};    // shared cause, "endpoint:HOST", "operator:NAME", …; empty: the domain's own
  std::string was{};      // the effective values, for people
  std::string now{};

  bool operator==(const Move&) const = default;
};

struct Check {
  std::string_view id;                        // stable: config, metrics, database, JSON
  std::string_view title;                     // plain words
  std::span<const std::string_view> ladder;   // level names, weakest first
  Judgement (*judge)(const Domain& domain, Facts& facts);
  // What got worse, better or merely different, on effective values. Null: by the ladder alone.
  std::vector<Move> (*compare)(const Domain& domain, const Judgement& before,
                               const Judgement& after) = nullptr;
  // `compare` wants to be asked also when `after` could not be seen: for a sign that is unknown at
  // once and bad only when it lasts (454 to STARTTLS, a policy host that cannot be reached).
  bool compare_unseen = false;

  std::string_view level_name(const std::optional<int>& level) const {
    return level ? ladder[static_cast<size_t>(*level)] : std::string_view("unknown");
  }
};

}  // namespace mailfleet

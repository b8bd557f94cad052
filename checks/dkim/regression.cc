// What a change of the known DKIM keys means. A key that goes while another valid one stays, long
// enough there for mail signed with the old one to have arrived, is a rotation; the last one going
// is a loss.
#include <algorithm>

#include "checks/dkim/dkim.h"
#include "checks/dkim/key.h"

namespace mailfleet::dkim {
namespace {

std::string_view state_of(const Value& facts, std::string_view selector) {
  const Value& found = facts["selectors"][selector];
  // A selector that nobody declared is not told when nothing stands there.
  if (found.is_null()) return facts["selectors"].is_null() ? "" : "absent";
  return found["state"].as_string().value_or("");
}

class Comparison {
 public:
  Comparison(const Domain& domain, const Value& was, const Value& now)
      : domain_(domain), was_(was), now_(now) {}

  std::vector<Move> moves() {
    if (was_["selectors"].is_null() || now_["selectors"].is_null()) return {};
    for (const auto& [name, before] : was_["selectors"].members())
      if (before["state"].as_string() == "valid") of_valid(name, before, now_["selectors"][name]);
    for (const auto& [name, after] : now_["selectors"].members())
      if (after["state"].as_string() == "valid" && state_of(was_, name) != "valid") appeared(name);
    vanished_node();
    // What was known before and is not now must not become the new normal.
    if (partly_unknown()) moves_.push_back({.kind = "unknown", .confirm = Confirmation::c4});
    if (moves_.empty() && !(was_ == now_))
      moves_.push_back({.kind = better_ ? "improvement" : "neutral"});
    return std::move(moves_);
  }

 private:
  void add(std::string kind, AlertLevel alert, Confirmation confirm, const std::string& was,
           const std::string& now) {
    moves_.push_back(
        {.kind = std::move(kind), .alert = alert, .confirm = confirm, .was = was, .now = now});
  }

  bool partly_unknown() const {
    if (!was_["underscore"].is_null() && now_["underscore"].is_null()) return true;
    for (const auto& [name, before] : was_["selectors"].members())
      if (!before["state"].is_null() && state_of(now_, name).empty()) return true;
    return false;
  }

  bool is_young(const std::string& name) const {
    return std::ranges::find(domain_.young_selectors, name) != domain_.young_selectors.end();
  }

  // Was another selector valid before, for a week or since ever, and is it still?
  bool another_stays(const std::string& than) const {
    for (const auto& [name, before] : was_["selectors"].members())
      if (name != than && before["state"].as_string() == "valid" &&
          state_of(now_, name) == "valid" && !is_young(name))
        return true;
    return false;
  }

  void of_valid(const std::string& name, const Value& before, const Value& after) {
    const std::string_view now = state_of(now_, name);
    const std::string was_text = name + " valid";
    const std::string now_text = name + " " + std::string(now);
    if (now == "absent" || now == "revoked") {
      const Confirmation confirm = now == "absent" ? Confirmation::c2 : Confirmation::c1;
      if (another_stays(name))
        add("dkim-rotated", AlertLevel::info, confirm, was_text, now_text);
      else
        add("dkim-key-removed", AlertLevel::ticket, confirm, was_text, now_text);
    } else if (now == "invalid" || now == "unusable" || now == "ambiguous") {
      add("dkim-broken", AlertLevel::ticket, Confirmation::c1, was_text, now_text);
    } else if (now == "valid") {
      compare_keys(name, before, after);
    }
  }

  void compare_keys(const std::string& name, const Value& before, const Value& after) {
    const bool was_testing = before["testing"].as_bool() == true;
    const bool testing = after["testing"].as_bool() == true;
    if (testing && !was_testing)
      add("dkim-weakened", AlertLevel::ticket, Confirmation::c1, name + " in use",
          name + " testing");
    better_ |= was_testing && !testing;
    const int64_t was = rsa_bits(before);
    const int64_t now = rsa_bits(after);
    if (was == 0 || now == 0) return;
    if (now < was && now < good_rsa_bits)
      add("dkim-weakened", AlertLevel::ticket, Confirmation::c1,
          name + " " + std::to_string(was) + " bits", name + " " + std::to_string(now) + " bits");
    better_ |= now > was;
  }

  static int64_t rsa_bits(const Value& key) {
    return key["key"].as_string() == "rsa" ? key["bits"].as_int().value_or(0) : 0;
  }

  void appeared(const std::string& name) {
    better_ = true;
    if (domain_.parked)
      add("parked-domain-changed", AlertLevel::ticket, Confirmation::c1, "no DKIM key",
          name + " valid");
  }

  // Nothing can stand below a name that is gone (RFC 8020), even where no selector was known.
  void vanished_node() {
    const bool gone = now_["underscore"].as_string() == "nxdomain";
    const auto before = was_["underscore"].as_string();
    better_ |= before == "nxdomain" && now_["underscore"].as_string() == "nodata";
    if (gone && before == "nodata" && moves_.empty())
      add("dkim-key-removed", AlertLevel::ticket, Confirmation::c2, "_domainkey exists",
          "_domainkey does not exist");
  }

  const Domain& domain_;
  const Value& was_;
  const Value& now_;
  std::vector<Move> moves_;
  bool better_ = false;
};

}  // namespace

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after) {
  return Comparison(domain, before.facts, after.facts).moves();
}

}  // namespace mailfleet::dkim

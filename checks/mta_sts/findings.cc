#include <algorithm>
#include <array>

#include "checks/base/text.h"
#include "checks/mta_sts/view.h"

namespace mailfleet::mta_sts {
namespace {

constexpr int64_t day_seconds = 86400;
constexpr int64_t week_seconds = 7 * day_seconds;
// From here on a policy that senders remember but cannot renew is close to being forgotten.
constexpr int cache_parts_left = 4;

// Names of bodies that national policy tells to publish MTA-STS.
constexpr std::array<std::string_view, 12> public_suffixes{
    "gov.uk",     "nhs.uk",   "police.uk", "mod.uk",          "parliament.uk", "gov.wales",
    "llyw.cymru", "gov.scot", "nhs.scot",  "parliament.scot", "senedd.wales",  "senedd.cymru"};

bool is_public_sector(const Domain& domain) {
  if (!domain.sector.empty()) return true;
  return std::ranges::any_of(public_suffixes, [&](std::string_view suffix) {
    return domain.name.is_at_or_under(*Name::parse(suffix));
  });
}

class Findings {
 public:
  Findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out)
      : domain_(domain), view_(view), now_(now), out_(out), subject_(domain.name.text()) {}

  void add_all() {
    if (!view_.record_known) return;
    record();
    if (view_.record.result == RecordResult::valid) fetch();
    if (view_.policy) policy();
    if (view_.valid()) {
      hosts();
      memory();
    }
    if (!view_.valid()) forgotten();
  }

 private:
  void add(std::string_view code, Severity severity, std::string_view seen) {
    out_.push_back({std::string(code), severity, subject_, std::string(seen)});
  }

  void record() {
    const RecordReading& record = view_.record;
    if (record.result == RecordResult::none) {
      const bool must = is_public_sector(domain_) && view_.receives == true && !domain_.parked;
      add("mtasts-absent", must ? Severity::fail : Severity::info, "");
    } else if (record.result == RecordResult::invalid) {
      if (record.reason == "multiple-records")
        add("mtasts-multiple-records", Severity::fail, "");
      else
        add("mtasts-record-invalid", Severity::fail, record.text);
    }
    if (record.blank_before_semicolon) add("mtasts-record-blank", Severity::advice, record.text);
  }

  void fetch() {
    const Fetch& fetch = view_.fetch;
    if (fetch.ok()) return;
    subject_ = "mta-sts." + domain_.name.text();
    const std::string seen = fetch.outcome + (fetch.reason.empty() ? "" : " " + fetch.reason) +
                             (fetch.why.empty() ? "" : ": " + fetch.why);
    if (fetch.inconclusive())
      add("mtasts-fetch-unknown", Severity::info, seen);
    else if (fetch.outcome == "not-text")
      add("mtasts-not-text", Severity::fail, fetch.why.empty() ? "no content type" : fetch.why);
    else if (fetch.outcome == "certificate")
      add("mtasts-certificate", Severity::fail, seen);
    else if (fetch.outcome == "redirect")
      add("mtasts-redirect", Severity::fail, seen);
    else
      add("mtasts-fetch-failed", Severity::fail, seen);
    subject_ = domain_.name.text();
  }

  void policy() {
    const Policy& policy = *view_.policy;
    if (!policy.valid) add("mtasts-policy-invalid", Severity::fail, policy.reason);
    if (policy.blanks) add("mtasts-policy-blanks", Severity::advice, "");
    if (policy.duplicates) add("mtasts-policy-duplicate", Severity::advice, "");
    if (policy.unusual_names) add("mtasts-mx-spelling", Severity::advice, patterns());
    if (!policy.valid) return;
    if (policy.mode == "testing") add("mtasts-testing", Severity::advice, "mode: testing");
    if (policy.mode == "none") add("mtasts-none", Severity::info, "mode: none");
    if (policy.max_age_capped) add("mtasts-max-age-long", Severity::advice, "");
    const int64_t least = policy.mode == "enforce" ? week_seconds : day_seconds;
    if (policy.mode != "none" && policy.max_age_seconds < least)
      add("mtasts-max-age-short", Severity::advice,
          "max_age: " + std::to_string(policy.max_age_seconds));
    if (std::ranges::any_of(policy.mx, &Pattern::wildcard))
      add("mtasts-mx-wildcard", Severity::info, patterns());
  }

  std::string patterns() const {
    std::string out;
    for (const Pattern& pattern : view_.policy->mx) out += (out.empty() ? "" : " ") + pattern.text;
    return out;
  }

  // What keeps mail from being delivered under enforce is only a warning while testing.
  Severity weight() const {
    return view_.policy->mode == "enforce" ? Severity::fail : Severity::advice;
  }

  void hosts() {
    if (view_.policy->mode == "none") return;
    size_t failing = 0;
    for (const CoveredHost& host : view_.hosts) {
      subject_ = host.host.text();
      failing += !host.covered || host.health > Health::good;
      if (!host.covered)
        add("mtasts-mx-not-covered", weight(), patterns());
      else if (host.health == Health::no_tls)
        add("mtasts-mx-no-tls", weight(), host.seen);
      else if (host.health == Health::untrusted)
        add("mtasts-mx-untrusted", weight(), host.seen);
      else if (host.health == Health::wrong_name)
        add("mtasts-mx-wrong-name", weight(), host.seen);
    }
    subject_ = domain_.name.text();
    if (!view_.hosts.empty() && failing == view_.hosts.size())
      add("mtasts-no-host-passes", weight(),
          std::to_string(failing) + " of " + std::to_string(failing));
  }

  void memory() {
    const auto& remembered = domain_.remembered;
    if (remembered && remembered->id == view_.record.id && !remembered->body_digest.empty() &&
        remembered->body_digest != view_.body_digest)
      add("mtasts-id-not-bumped", Severity::advice, "id=" + view_.record.id);
  }

  // Senders go by what they remember, while nothing new can be had.
  void forgotten() {
    const auto& remembered = domain_.remembered;
    if (!remembered || !remembered->applies_at(now_) || remembered->mode == "none") return;
    const Seconds left = remembered->fetched_at + remembered->max_age - now_;
    const bool soon = left * cache_parts_left < remembered->max_age;
    const bool lost = view_.record.result != RecordResult::valid || !view_.fetch.inconclusive();
    if (lost) add("mtasts-policy-remembered", Severity::info, "mode: " + remembered->mode);
    if (lost && soon && remembered->mode == "enforce")
      add("mtasts-memory-ending", Severity::fail,
          to_text(remembered->fetched_at + remembered->max_age));
  }

  const Domain& domain_;
  const View& view_;
  Time now_;
  std::vector<Finding>& out_;
  std::string subject_;
};

}  // namespace

void add_findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out) {
  Findings(domain, view, now, out).add_all();
}

}  // namespace mailfleet::mta_sts

#include <algorithm>

#include "checks/base/text.h"
#include "checks/dmarc/view.h"

namespace mailfleet::dmarc {
namespace {

constexpr size_t usual_report_uris = 2;  // RFC 7489 §6.2: receivers must honour this many
// How long a domain may watch reports before it should refuse forged mail.
constexpr Seconds watching_time = std::chrono::days(90);

class Findings {
 public:
  Findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out)
      : domain_(domain), view_(view), now_(now), out_(out) {}

  void add_all() {
    own_record();
    if (!view_.record) return;
    problems();
    policy();
    audiences();
    reports();
  }

 private:
  void add(std::string_view code, Severity severity, std::string_view seen,
           std::string subject = {}) {
    if (subject.empty()) subject = domain_.name.text();
    out_.push_back({std::string(code), severity, std::move(subject), std::string(seen)});
  }
  bool inherited() const { return view_.policy_domain != domain_.name; }
  const Record& record() const { return *view_.record; }

  // What stands, or does not stand, at _dmarc of the domain itself.
  void own_record() {
    const Found& own = view_.own;
    if (own.records > 1)
      add("dmarc-multiple-records", Severity::fail, std::to_string(own.records) + " records");
    if (!own.aliases.empty()) add("dmarc-cname", Severity::info, own.aliases.back().text());
    if (own.known && own.records == 0)
      for (const std::string& txt : own.other_txt)
        if (ascii_lower(txt).find("dmarc1") != std::string::npos)
          add("dmarc-not-a-record", Severity::fail, txt);
    if (!own.known || own.records > 0 || !view_.rfc9989.own.known) return;
    if (!view_.record) add("dmarc-absent", Severity::fail, "");
    // Whoever wrote it meant it to apply, also where a parent's record does.
    for (const std::string& txt : view_.misplaced) add("dmarc-wrong-location", Severity::fail, txt);
  }

  void problems() {
    for (const Problem& problem : record().problems) {
      const std::string seen =
          problem.tag.empty() ? problem.seen : problem.tag + "=" + problem.seen;
      switch (problem.kind) {
        case ProblemKind::policy_missing:
          add("dmarc-p-missing", Severity::fail, record().text);
          break;
        case ProblemKind::policy_invalid:
          add("dmarc-p-invalid", Severity::fail, seen);
          break;
        case ProblemKind::sp_invalid:
          add("dmarc-sp-invalid", Severity::fail, seen);
          break;
        case ProblemKind::np_invalid:
          add("dmarc-np-invalid", Severity::fail, seen);
          break;
        case ProblemKind::tag_invalid:
          add("dmarc-tag-invalid", Severity::advice, seen);
          break;
        case ProblemKind::tag_duplicate:
          add("dmarc-tag-duplicate", Severity::advice, seen);
          break;
        case ProblemKind::tag_case:
          add("dmarc-tag-case", Severity::advice, problem.seen);
          break;
        case ProblemKind::leading_blank:
        case ProblemKind::syntax:
          add("dmarc-syntax", Severity::advice, problem.seen);
          break;
        case ProblemKind::uri_invalid:
          if (problem.tag == "rua")
            rua_invalid(problem.seen);
          else
            add("dmarc-ruf-invalid", Severity::advice, problem.seen);
          break;
        case ProblemKind::obsolete_tag:
          add("dmarc-obsolete-tag", Severity::info, seen);
          break;
        case ProblemKind::p_not_second:
          add("dmarc-p-not-second", Severity::advice, record().text);
          break;
      }
    }
  }

  bool any_mailto() const { return std::ranges::any_of(record().rua, &ReportUri::mailto); }

  void rua_invalid(const std::string& seen) {
    add("dmarc-rua-invalid", any_mailto() ? Severity::advice : Severity::fail, seen);
  }

  void policy() {
    const auto own = view_.rfc9989.own.value->policy;
    if (own == Policy::none && !record().broken() && record().p != std::nullopt) enforces_nothing();
    if (own == Policy::quarantine && !record().testing)
      add("dmarc-quarantine", Severity::info, record().text);
    if (record().testing && record().p != Policy::none)
      add("dmarc-t", Severity::advice, record().text);
    if (record().pct && *record().pct < 100)
      add("dmarc-pct", Severity::advice, "pct=" + std::to_string(*record().pct));
    if (record().psd == Psd::y && !inherited() && !is_shared_by_name(domain_.name))
      add("dmarc-psd", Severity::info, "psd=y");
    // RFC 9989 §7.4: whoever says reject must sign, since SPF alone breaks on the way.
    if (own == Policy::reject && view_.no_dkim_possible && view_.sends == true && !domain_.parked)
      add("dmarc-reject-without-dkim", Severity::advice, record().text);
    if (domain_.parked) parked();
  }

  void enforces_nothing() {
    const bool watching =
        record().reports() && (!domain_.dmarc_since || now_ - *domain_.dmarc_since < watching_time);
    add("dmarc-p-none", watching ? Severity::advice : Severity::fail, record().text);
  }

  void parked() {
    const auto& sub = view_.rfc9989.subdomains;
    const bool weak = view_.rfc9989.own.value->policy != Policy::reject ||
                      (sub.known && sub.value->policy != Policy::reject);
    if (weak) add("dmarc-parked-not-reject", Severity::fail, record().text);
  }

  void audiences() {
    const bool below = view_.organization.value && *view_.organization.value != domain_.name;
    if (view_.organization_is_suffix)
      add("dmarc-org-is-shared-suffix", Severity::advice, view_.organization.value->text());
    if (inherited()) {
      add("dmarc-inherited", Severity::info, view_.policy_domain->text());
      return;
    }
    if (below && (record().sp || record().np))
      add("dmarc-sp-ignored-below-org", Severity::info, view_.organization.value->text());
    if (below || record().broken()) return;
    const auto& own = view_.rfc9989.own.value->policy;
    const auto& sub = view_.rfc9989.subdomains;
    const auto& nonexistent = view_.rfc9989.nonexistent;
    if (sub.known && sub.value->policy < own)
      add("dmarc-sp-weaker", Severity::advice, record().text);
    if (sub.known && nonexistent.known && nonexistent.value->policy < sub.value->policy)
      add("dmarc-np-weaker", Severity::advice, record().text);
  }

  void reports() {
    if (!record().ruf.empty()) add("dmarc-ruf", Severity::info, record().ruf.front().uri);
    if (record().rua.empty() && !record().has(ProblemKind::uri_invalid))
      add("dmarc-rua-missing", Severity::fail, record().text);
    if (record().rua.size() > usual_report_uris)
      add("dmarc-rua-many", Severity::info, std::to_string(record().rua.size()) + " addresses");
    for (const Destination& to : view_.rua) destination(to);
  }

  void destination(const Destination& to) {
    if (to.uri.size_limit) add("dmarc-rua-size-suffix", Severity::info, to.uri.uri);
    if (!to.uri.mailto)
      add("dmarc-rua-not-mailto", any_mailto() ? Severity::advice : Severity::fail, to.uri.uri);
    if (to.authorised != false) return;
    add("dmarc-rua-unauthorised", Severity::fail, to.uri.uri);
    if (is_retired(*to.uri.host)) add("dmarc-rua-retired", Severity::fail, to.uri.uri);
  }

  bool is_retired(const Name& host) const {
    if (!domain_.reference) return false;
    return std::ranges::any_of(domain_.reference->retired_mailbox_hosts,
                               [&](const std::string& text) {
                                 const auto retired = Name::parse(text);
                                 return retired && host.is_at_or_under(*retired);
                               });
  }

  const Domain& domain_;
  const View& view_;
  Time now_;
  std::vector<Finding>& out_;
};

}  // namespace

void add_findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out) {
  Findings(domain, view, now, out).add_all();
}

}  // namespace mailfleet::dmarc

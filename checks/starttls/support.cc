#include "checks/starttls/support.h"

#include <algorithm>

namespace mailfleet {
namespace {

using Grades = std::map<std::string, TlsGrade>;

// What the table says; `otherwise` for what it does not name. Empty: nothing to tell.
std::optional<Severity> grade(const Grades* table, const std::string& item,
                              std::optional<Severity> otherwise) {
  if (!table) return otherwise;
  const auto found = table->find(item);
  if (found == table->end() || found->second.project.empty()) return otherwise;
  return parse_severity(found->second.project);  // "pass" is none
}

struct Item {
  std::string_view name;
  std::string_view code;
  std::optional<Severity> otherwise;
};

// The families of the deep scan; severities are the table's, these stand in for a missing one.
constexpr Item families[] = {{"NULL", "tls-weak-suite", Severity::fail},
                             {"ANON", "tls-weak-suite", Severity::fail},
                             {"EXPORT", "tls-weak-suite", Severity::fail},
                             {"DES", "tls-weak-suite", Severity::fail},
                             {"RC4", "tls-weak-suite", Severity::fail},
                             {"3DES", "tls-weak-suite", Severity::fail},
                             {"RSA-KEX", "tls-rsa-key-transport", Severity::advice},
                             {"DHE", "tls-dhe", Severity::advice},
                             {"CBC", "tls-cbc", Severity::info}};

constexpr std::string_view strong_groups[] = {"x25519", "x448", "P-256", "P-384", "P-521"};

bool accepted(const std::map<std::string, bool>& seen, std::string_view item) {
  const auto found = seen.find(std::string(item));
  return found != seen.end() && found->second;
}

bool refused(const std::map<std::string, bool>& seen, std::string_view item) {
  const auto found = seen.find(std::string(item));
  return found != seen.end() && !found->second;
}

std::string family_of(std::string_view suite) {
  const auto holds = [&](std::string_view part) {
    return suite.find(part) != std::string_view::npos;
  };
  if (suite.starts_with("TLS_")) return {};
  if (holds("NULL")) return "NULL";
  if (suite.starts_with("ADH") || suite.starts_with("AECDH")) return "ANON";
  if (suite.starts_with("EXP")) return "EXPORT";
  if (holds("RC4")) return "RC4";
  if (holds("3DES") || holds("CBC3")) return "3DES";
  if (holds("DES-CBC")) return "DES";
  if (suite.starts_with("ECDHE"))
    return holds("GCM") || holds("CCM") || holds("CHACHA20") ? "ECDHE" : "CBC";
  return suite.starts_with("DHE") || suite.starts_with("EDH") ? "DHE" : "RSA-KEX";
}

// The session and the scan together, so that without a scan the session still counts.
TlsSupport merged(const TlsSession& session, const TlsSupport* support) {
  TlsSupport all = support ? *support : TlsSupport{};
  if (!session.version.empty()) all.versions[session.version] = true;
  if (const std::string family = family_of(session.suite);
      !session.suite.empty() && !family.empty())
    all.suites[family] = true;
  if (!session.group.empty()) all.groups[session.group] = true;
  return all;
}

void weigh_versions(const TlsSupport& all, const Reference* reference, const Endpoint& endpoint,
                    EndpointFindings& out) {
  const Grades* table = reference ? &reference->tls_versions : nullptr;
  const bool modern = accepted(all.versions, "TLSv1.2") || accepted(all.versions, "TLSv1.3");
  for (const char* version : {"SSLv2", "SSLv3"})
    if (accepted(all.versions, version))
      if (const auto severity = grade(table, version, Severity::fail))
        out.note("tls-ssl-accepted", *severity, endpoint, version);
  for (const char* version : {"TLSv1", "TLSv1.1"}) {
    if (!accepted(all.versions, version)) continue;
    // RFC 8996: MUST NOT. Beside 1.2 it is only there for senders who would else use clear text.
    const auto severity = modern ? grade(table, version, Severity::advice) : Severity::fail;
    if (severity)
      out.note(modern ? "tls-legacy-version" : "tls-version-old", *severity, endpoint, version);
  }
  if (refused(all.versions, "TLSv1.3") && accepted(all.versions, "TLSv1.2"))
    out.note("tls13-absent", Severity::info, endpoint, "TLSv1.2");
}

void weigh_suites(const TlsSupport& all, const Reference* reference, const Endpoint& endpoint,
                  EndpointFindings& out) {
  const Grades* table = reference ? &reference->tls_suites : nullptr;
  for (const Item& family : families)
    if (accepted(all.suites, family.name))
      if (const auto severity = grade(table, std::string(family.name), family.otherwise))
        out.note(family.code, *severity, endpoint, std::string(family.name));
  const bool forgets = accepted(all.versions, "TLSv1.3") || accepted(all.suites, "ECDHE") ||
                       accepted(all.suites, "CBC") || accepted(all.suites, "DHE");
  if (accepted(all.suites, "RSA-KEX") && !forgets)
    out.note("tls-no-forward-secrecy", Severity::advice, endpoint, "RSA key transport only");
}

void weigh_groups(const TlsSupport& all, const Reference* reference, const Endpoint& endpoint,
                  EndpointFindings& out) {
  const Grades* table = reference ? &reference->tls_groups : nullptr;
  for (const auto& [group, yes] : all.groups) {
    if (!yes || std::ranges::find(strong_groups, group) != std::end(strong_groups)) continue;
    const bool small = group == "P-192" || group.find("160") != std::string::npos;
    const auto otherwise = small              ? std::optional(Severity::fail)
                           : group == "P-224" ? std::optional(Severity::advice)
                                              : std::nullopt;
    const auto severity = grade(table, group, otherwise);
    if (severity && *severity != Severity::info)
      out.note("tls-weak-group", *severity, endpoint, group);
  }
  // RFC 9325 §4.5.
  if (all.dh_bits && *all.dh_bits < 2048)
    out.note("tls-small-dh", Severity::fail, endpoint, std::to_string(*all.dh_bits) + " bits");
}

}  // namespace

bool has_forward_secrecy(std::string_view version, std::string_view suite) {
  if (version == "TLSv1.3") return true;
  const std::string family = family_of(suite);
  return suite.starts_with("ECDHE") || suite.starts_with("DHE") || suite.starts_with("EDH") ||
         family == "ECDHE";
}

void weigh_tls(const TlsSession& session, const TlsSupport* support, const Reference* reference,
               const Endpoint& endpoint, EndpointFindings& findings) {
  const TlsSupport all = merged(session, support);
  weigh_versions(all, reference, endpoint, findings);
  weigh_suites(all, reference, endpoint, findings);
  weigh_groups(all, reference, endpoint, findings);
}

}  // namespace mailfleet

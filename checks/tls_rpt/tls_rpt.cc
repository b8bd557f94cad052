#include "checks/tls_rpt/tls_rpt.h"

#include <algorithm>
#include <array>

#include "checks/base/address.h"
#include "checks/base/route.h"
#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 3> ladder{"absent", "invalid", "valid"};
enum Level { absent, invalid, valid };

constexpr std::string_view version = "v=TLSRPTv1";

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_field_name(std::string_view key) {
  return !key.empty() && key.size() <= 32 && is_alnum(key.front()) &&
         std::ranges::all_of(
             key, [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_uri_text(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
           c != '`' && c != '{' && c != '|' && c != '}';
  });
}

// RFC 6068: the address before any "?" header fields.
std::string_view mailbox_of(std::string_view uri) {
  if (!starts_with_ignoring_case(uri, "mailto:")) return {};
  uri.remove_prefix(7);
  return uri.substr(0, uri.find('?'));
}

std::optional<Name> mailbox_host(std::string_view uri) {
  const std::string_view mailbox = mailbox_of(uri);
  const size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos || at == 0) return {};
  // A second '@' belongs into a quoted local part, and is escaped even there (RFC 6068 §2).
  if (mailbox.find('@') != at) return {};
  return Name::parse(mailbox.substr(at + 1));
}

bool is_destination(std::string_view uri) {
  if (!is_uri_text(uri) || uri.find('!') != std::string_view::npos) return false;
  if (starts_with_ignoring_case(uri, "mailto:")) return mailbox_host(uri).has_value();
  if (!starts_with_ignoring_case(uri, "https://")) return false;
  std::string_view host = uri.substr(8);
  host = host.substr(0, host.find_first_of("/?#"));
  // RFC 3986 §3.2: [ userinfo "@" ] host [ ":" port ], an IPv6 address in brackets.
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = Address::parse(host.substr(1, end - 1));
    return address && !address->is_v4();
  }
  return Name::parse(host.substr(0, host.find(':'))).has_value();
}

void read_rua(std::string_view value, TlsRptRecord& out) {
  for (const std::string_view part : split(value, ',')) {
    const std::string_view uri = trim(part);
    (is_destination(uri) ? out.rua : out.refused).emplace_back(uri);
  }
}

// The letter of §3 discards what does not begin with "v=TLSRPTv1;". A blank before the semicolon
// is legal by its grammar all the same, so such a record counts when it stands alone.
enum class Form : uint8_t { exact, blank_before_semicolon, near_miss, unrelated };

Form form_of(std::string_view txt) {
  if (txt.starts_with(version)) {
    const std::string_view rest = txt.substr(version.size());
    if (rest.starts_with(';')) return Form::exact;
    if (trim(rest).starts_with(';')) return Form::blank_before_semicolon;
  }
  std::string squeezed;
  for (const char c : txt)
    if (c != ' ' && c != '\t') squeezed += ascii_lower(c);
  return squeezed.find("v=tlsrpt") != std::string::npos ? Form::near_miss : Form::unrelated;
}

struct Selection {
  std::vector<std::string> records{};
  bool blank = false;  // the one record has a blank before its first semicolon
  std::vector<std::string> near_misses{};
};

Selection select(const std::vector<std::string>& txt) {
  Selection out;
  std::vector<std::string> blanks;
  for (const std::string& each : txt) {
    const Form form = form_of(each);
    if (form == Form::exact)
      out.records.push_back(each);
    else if (form == Form::blank_before_semicolon)
      blanks.push_back(each);
    else if (form == Form::near_miss)
      out.near_misses.push_back(each);
  }
  if (out.records.empty() && blanks.size() == 1) {
    out.records = blanks;
    out.blank = true;
  } else {
    out.near_misses.insert(out.near_misses.end(), blanks.begin(), blanks.end());
  }
  return out;
}

bool must_have_reports(const Domain& domain, const Route& where) {
  static const Name gov_uk = *Name::parse("gov.uk");
  const bool receives = where.kind == MxKind::explicit_mx || where.kind == MxKind::implicit ||
                        where.kind == MxKind::invalid;
  return receives && !domain.parked && domain.name.is_at_or_under(gov_uk);
}

void judge_absent(const Domain& domain, const Route& where, const Name& at, Judgement& out) {
  out.level = absent;
  out.facts.set("result", "none");
  const bool no_mail = domain.parked || where.kind == MxKind::null || where.kind == MxKind::none;
  if (no_mail) return;
  // GOV.UK asks it of everyone under gov.uk who receives mail.
  const Severity severity = must_have_reports(domain, where) ? Severity::fail : Severity::advice;
  out.findings.push_back({"tls-rpt-missing", severity, at.text(), "no record"});
}

// Report mailboxes of ended services: decided by whether the service still says, in DNS, that it
// takes reports about this domain (the authorisation record of RFC 9990 §4).
void judge_retired(const Domain& domain, const TlsRptRecord& record, Facts& facts, const Name& at,
                   Judgement& out) {
  for (const std::string& uri : record.rua) {
    const auto host = mailbox_host(uri);
    if (!host) continue;
    const bool retired =
        std::ranges::any_of(domain.reference->retired_mailbox_hosts, [&](const auto& text) {
          const auto name = Name::parse(text);
          return name && host->is_at_or_under(*name);
        });
    if (!retired) continue;
    const DnsObservation& seen =
        facts.dns(host->under(domain.name.text() + "._report._dmarc"), DnsType::txt);
    const bool accepts = std::ranges::any_of(
        seen.txt, [](const std::string& txt) { return txt.starts_with("v=DMARC1"); });
    if (seen.known() && !accepts)
      out.findings.push_back({"tlsrpt-rua-retired", Severity::advice, at.text(), uri});
  }
}

void judge_record(const Domain& domain, const Selection& selected, Facts& facts, const Name& at,
                  Judgement& out) {
  const std::string& text = selected.records.front();
  const TlsRptRecord record = parse_tls_rpt(text);
  Value rua = Value::list();
  if (record.problem.empty())
    for (const std::string& each : record.rua) rua.push(each);
  out.facts.set("record", text);
  out.facts.set("rua", std::move(rua));
  out.facts.set("result", record.problem.empty() ? "valid" : "invalid");
  out.level = record.problem.empty() ? valid : invalid;
  if (!record.problem.empty()) {
    out.findings.push_back({"tls-rpt-invalid", Severity::fail, at.text(), record.problem});
    return;
  }
  for (const std::string& each : record.refused)
    out.findings.push_back({"tls-rpt-rua-unusable", Severity::advice, at.text(), each});
  if (record.duplicate_rua)
    out.findings.push_back({"tls-rpt-duplicate-rua", Severity::advice, at.text(), text});
  if (selected.blank)
    out.findings.push_back({"tls-rpt-blank-before-semicolon", Severity::advice, at.text(), text});
  judge_retired(domain, record, facts, at, out);
}

Judgement judge_tls_rpt(const Domain& domain, Facts& facts) {
  const auto at = domain.name.under("_smtp._tls");
  const DnsObservation& seen = facts.dns(at, DnsType::txt);
  const Route where = route(domain.name, facts);
  if (seen.pending() || where.pending) return {};
  Judgement out;
  out.facts.set("record", Value());
  if (!seen.known()) {
    out.facts.set("rua", Value());
    out.facts.set("result", "temperror");
    return out;
  }
  out.facts.set("rua", Value::list());
  const Name subject = at.value_or(domain.name);
  const Selection selected = select(seen.txt);
  if (selected.records.empty()) {
    judge_absent(domain, where, subject, out);
  } else if (selected.records.size() > 1) {
    // §3: several records are as good as none.
    out.level = invalid;
    out.facts.set("result", "invalid");
    out.findings.push_back({"tls-rpt-multiple-records", Severity::fail, subject.text(),
                            std::to_string(selected.records.size()) + " records"});
  } else {
    judge_record(domain, selected, facts, subject, out);
  }
  for (const std::string& each : selected.near_misses)
    out.findings.push_back({"tls-rpt-version", Severity::advice, subject.text(), each});
  return out;
}

std::string_view result_of(const Judgement& look) {
  return look.facts["result"].as_string().value_or("");
}

std::string summary(const Judgement& look) {
  const auto record = look.facts["record"].as_string();
  return record ? std::string(*record) : std::string(result_of(look));
}

}  // namespace

TlsRptRecord parse_tls_rpt(std::string_view record) {
  TlsRptRecord out;
  bool seen_rua = false;
  std::vector<std::string_view> parts = split(record, ';');
  if (trim(parts.front()) != version || !record.starts_with('v'))
    out.problem = "does not begin with v=TLSRPTv1";
  parts.erase(parts.begin());
  for (const std::string_view part : parts) {
    const std::string_view field = trim(part);
    if (field.empty()) continue;
    // The first '=' only: a report address may hold more of them.
    const size_t equals = field.find('=');
    const std::string_view key = field.substr(0, equals);
    if (equals == std::string_view::npos || !is_field_name(key)) {
      out.problem = "not a field: " + std::string(field);
    } else if (key == "rua") {
      if (seen_rua)
        out.duplicate_rua = true;
      else
        read_rua(field.substr(equals + 1), out);
      seen_rua = true;
    }
  }
  if (!out.problem.empty()) return out;
  if (!seen_rua)
    out.problem = "no rua";
  else if (out.rua.empty())
    out.problem = "no usable address in rua";
  return out;
}

std::vector<Move> compare_tls_rpt(const Domain&, const Judgement& before, const Judgement& after) {
  if (before.facts["rua"] == after.facts["rua"] && result_of(before) == result_of(after)) return {};
  Move move{.kind = "neutral", .was = summary(before), .now = summary(after)};
  if (result_of(after) == "temperror") {
    move.kind = "unknown";
    move.confirm = Confirmation::c4;
    return {move};
  }
  const bool was = result_of(before) == "valid";
  const bool now = result_of(after) == "valid";
  if (was && !now) {
    move.kind = "tlsrpt-removed";
    move.alert = AlertLevel::ticket;
    move.confirm = Confirmation::c2;
  } else if (now && !was) {
    move.kind = "improvement";
  }
  return {move};
}

const Check tls_rpt_check{"tls_rpt", "Reports about failed encryption", ladder, judge_tls_rpt,
                          compare_tls_rpt};

}  // namespace mailfleet

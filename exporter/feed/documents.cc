#include "exporter/feed/documents.h"

#include <boost/json.hpp>

#include "checks/base/value.h"
#include "exporter/feed/encoding.h"

namespace mailfleet {
namespace {

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& text : texts) out.push(text);
  return out;
}

Value digest_or_null(const std::string& digest) { return digest.empty() ? Value() : Value(digest); }

// The digest of the line before that a line claims.
std::string claimed_digest(const std::string& line) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  if (error || !value.is_object()) return "?";
  const boost::json::value* claim = value.get_object().if_contains("previous_sha256");
  if (!claim || claim->is_null()) return {};
  return claim->is_string() ? std::string(claim->get_string()) : "?";
}

}  // namespace

std::string keys_json(const std::vector<KeyValidity>& keys) {
  Value list = Value::list();
  for (const KeyValidity& each : keys)
    list.push(Value::object({{"id", each.key.id_text()},
                             {"algorithm", "Ed25519"},
                             {"public_key", base64(each.key.octets)},
                             {"minisign", each.key.minisign()},
                             {"not_before", to_text(each.not_before)},
                             {"not_after", to_text(each.not_after)}}));
  return to_json_pretty(Value::object({{"keys", std::move(list)}})) + "\n";
}

std::string change_line(const FeedChange& change) {
  return to_json(Value::object({{"number", static_cast<int64_t>(change.number)},
                                {"at", to_text(change.at)},
                                {"domain", change.domain.text()},
                                {"was", to_text(change.transition.from_state)},
                                {"now", to_text(change.transition.to_state)},
                                {"tier_was", to_text(change.transition.from_tier)},
                                {"tier_now", to_text(change.transition.to_tier)},
                                {"reasons", strings(change.transition.causes)},
                                {"previous_sha256", digest_or_null(change.previous_sha256)}}));
}

std::string changes_json(const std::vector<std::string>& lines) {
  std::string out = "{\"schema_version\":1,\"changes\":[";
  for (size_t i = 0; i < lines.size(); ++i) (out += i ? ",\n" : "\n") += lines[i];
  return out += "\n]}\n";
}

std::optional<size_t> broken_link(const std::vector<std::string>& lines) {
  std::string previous;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (claimed_digest(lines[i]) != previous) return i + 1;
    previous = sha256_hex(lines[i]);
  }
  return {};
}

std::string exceptions_json(const std::vector<FeedException>& exceptions, const std::string& issuer,
                            Time issued, Time expires) {
  Value list = Value::list();
  for (const FeedException& each : exceptions)
    list.push(Value::object({{"domain", each.domain.text()},
                             {"organisation", each.organisation},
                             {"exception", each.takes_tls ? "certificate" : "tls"},
                             {"reasons", strings(each.reasons)},
                             {"seen", to_text(each.seen)},
                             {"page", issuer + "domains/" + each.domain.text()}}));
  return to_json_pretty(Value::object({{"schema_version", 1},
                                       {"issuer", issuer},
                                       {"issued", to_text(issued)},
                                       {"expires", to_text(expires)},
                                       {"exceptions", std::move(list)}})) +
         "\n";
}

std::optional<FeedException> exception_of(const Name& domain, const std::string& organisation,
                                          const Eligibility& eligibility, Time seen) {
  const bool receives = !eligibility.mx_hosts.empty() && !eligibility.takes_no_mail;
  if (!receives || (eligibility.t1 != false && eligibility.t2 != false)) return {};
  FeedException out(domain);
  out.organisation = organisation;
  out.takes_tls = eligibility.t1 != false;
  out.reasons = eligibility.reasons;
  out.seen = seen;
  return out;
}

}  // namespace mailfleet

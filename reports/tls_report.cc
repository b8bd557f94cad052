#include "reports/tls_report.h"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "reports/fields.h"
#include "reports/limits.h"
#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

namespace json = boost::json;

const json::value& member(const json::object& in, std::string_view key, const std::string& where) {
  const json::value* found = in.if_contains(key);
  if (!found) refuse(where + " has no \"" + std::string(key) + "\"");
  return *found;
}

const json::object& object(const json::value& value, const std::string& where) {
  if (!value.is_object()) refuse(where + " is no object");
  return value.get_object();
}

const json::object& object_in(const json::object& in, std::string_view key,
                              const std::string& where) {
  return object(member(in, key, where), where + ": \"" + std::string(key) + "\"");
}

std::string_view text_in(const json::object& in, std::string_view key, const std::string& where) {
  const json::value& found = member(in, key, where);
  if (!found.is_string()) refuse(where + ": \"" + std::string(key) + "\" is no text");
  return found.get_string();
}

int64_t count_in(const json::object& in, std::string_view key, const std::string& where) {
  const json::value& found = member(in, key, where);
  const std::string what = where + ": \"" + std::string(key) + '"';
  if (found.is_uint64()) refuse(what + " is more than can be");
  if (!found.is_int64() || found.get_int64() < 0) refuse(what + " is no count");
  if (found.get_int64() > max_count) refuse(what + " is more than can be");
  return found.get_int64();
}

// Result types are open-ended (RFC 8460 §4.3), words of letters, digits and hyphens.
std::string result_type(std::string_view text, const std::string& where) {
  constexpr size_t longest = 64;
  std::string out = ascii_lower(text);
  const bool word = std::ranges::all_of(
      out, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (out.empty() || out.size() > longest || !word)
    refuse(where + ": \"result-type\" is no word: " + quoted(text));
  return out;
}

void add_failure(const json::object& detail, const std::string& where, DomainReport& into) {
  const std::string type = result_type(text_in(detail, "result-type", where), where);
  int64_t& failed = into.results[type];
  failed = sum(failed, count_in(detail, "failed-session-count", where), "\"" + type + "\"");
  if (into.results.size() > max_result_types)
    refuse("has more than " + std::to_string(max_result_types) + " result types");
}

DomainReport& report_of(Report& report, const Name& domain) {
  const auto found = std::ranges::find(report.domains, domain, &DomainReport::domain);
  return found != report.domains.end() ? *found : report.domains.emplace_back(domain);
}

// Returns how many failure details it had.
size_t add_policy(const json::value& entry, const std::string& where, Report& into) {
  const json::object& policy = object(entry, where);
  const json::object& about = object_in(policy, "policy", where);
  const json::object& summary = object_in(policy, "summary", where);
  DomainReport& told = report_of(
      into, domain_name(text_in(about, "policy-domain", where), where + ": \"policy-domain\""));
  ++told.records;
  told.good = sum(told.good, count_in(summary, "total-successful-session-count", where),
                  "the number of sessions");
  told.bad = sum(told.bad, count_in(summary, "total-failure-session-count", where),
                 "the number of sessions");
  const json::value* details = policy.if_contains("failure-details");
  if (!details || details->is_null()) return 0;
  if (!details->is_array()) refuse(where + ": \"failure-details\" is no list");
  for (const json::value& each : details->get_array())
    add_failure(object(each, where + ": a failure detail"), where, told);
  return details->get_array().size();
}

Report read_report(const json::object& top) {
  const std::string where = "the report";
  Report out{
      .kind = Kind::tls_rpt,
      .organisation = label(text_in(top, "organization-name", where), "\"organization-name\""),
      .id = label(text_in(top, "report-id", where), "\"report-id\"")};
  const json::object& range = object_in(top, "date-range", where);
  out.begins = date_time(text_in(range, "start-datetime", where), "\"start-datetime\"");
  out.ends = date_time(text_in(range, "end-datetime", where), "\"end-datetime\"");
  must_be_a_period(out.begins, out.ends);
  const json::value& policies = member(top, "policies", where);
  if (!policies.is_array()) refuse("\"policies\" is no list");
  const json::array& list = policies.get_array();
  if (list.empty()) refuse("\"policies\" is empty");
  if (list.size() > max_policies)
    refuse("has more than " + std::to_string(max_policies) + " policies");
  size_t details = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    details += add_policy(list[i], "policy " + std::to_string(i + 1), out);
    if (details > max_failure_details)
      refuse("has more than " + std::to_string(max_failure_details) + " failure details");
  }
  return out;
}

Report read(std::string_view text) {
  if (text.size() > max_json_bytes) refuse("is too large for a TLS report");
  json::error_code error;
  json::monotonic_resource memory;
  const json::value value =
      json::parse(text, error, &memory, json::parse_options{.max_depth = max_json_depth});
  if (error) refuse("is not JSON: " + error.message());
  if (!value.is_object()) refuse("is no TLS report: no object at the top");
  return read_report(value.get_object());
}

}  // namespace

Read<Report> read_tls(std::string_view json) {
  return or_refusal([&] { return read(json); });
}

}  // namespace mailfleet::reports

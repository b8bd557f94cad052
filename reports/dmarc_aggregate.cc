#include "reports/dmarc_aggregate.h"

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "reports/fields.h"
#include "reports/limits.h"
#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

constexpr unsigned parse_flags =
    pugi::parse_escapes | pugi::parse_cdata | pugi::parse_eol | pugi::parse_doctype;

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.rfind(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

bool is_element(const pugi::xml_node& node, std::string_view name) {
  return node.type() == pugi::node_element && local_name(node) == name;
}

// The one element of this name; null when there is none. Two that differ would be two reports.
pugi::xml_node find_one(const pugi::xml_node& in, std::string_view name, const std::string& where) {
  pugi::xml_node out;
  for (const pugi::xml_node& each : in.children()) {
    if (!is_element(each, name)) continue;
    if (out) refuse(where + " has two <" + std::string(name) + ">");
    out = each;
  }
  return out;
}

pugi::xml_node one(const pugi::xml_node& in, std::string_view name, const std::string& where) {
  const pugi::xml_node out = find_one(in, name, where);
  if (!out) refuse(where + " has no <" + std::string(name) + ">");
  return out;
}

constexpr std::string_view white = " \t\r\n";  // of XML

std::string_view text_of(const pugi::xml_node& node, const std::string& where) {
  const pugi::xml_node first = node.first_child();
  if (!first) return "";
  const bool plain = first.type() == pugi::node_pcdata || first.type() == pugi::node_cdata;
  if (!plain || first.next_sibling())
    refuse(where + ": <" + std::string(local_name(node)) + "> is not plain text");
  std::string_view out = first.value();
  out.remove_prefix(std::min(out.find_first_not_of(white), out.size()));
  out.remove_suffix(out.size() - (out.find_last_not_of(white) + 1));
  return out;
}

std::string_view text_in(const pugi::xml_node& in, std::string_view name,
                         const std::string& where) {
  return text_of(one(in, name, where), where);
}

int64_t count_in(const pugi::xml_node& in, std::string_view name, const std::string& where) {
  return count(text_in(in, name, where), where + ": <" + std::string(name) + ">");
}

// What the receiver did. RFC 9990 has "pass" for mail that passed, RFC 7489 says "none" for it.
std::string disposition_in(const pugi::xml_node& evaluated, const std::string& where) {
  static constexpr std::array<std::string_view, 4> known{"none", "pass", "quarantine", "reject"};
  const std::string out = ascii_lower(text_in(evaluated, "disposition", where));
  if (std::ranges::find(known, out) == known.end())
    refuse(where + ": <disposition> is " + quoted(out) +
           ", expected none, pass, quarantine or reject");
  return out == "pass" ? "none" : out;
}

// pass, fail, or nothing where the receiver does not say.
std::string result_in(const pugi::xml_node& evaluated, std::string_view name,
                      const std::string& where) {
  const pugi::xml_node node = find_one(evaluated, name, where);
  const std::string out = node ? ascii_lower(text_of(node, where)) : "";
  if (!out.empty() && out != "pass" && out != "fail")
    refuse(where + ": <" + std::string(name) + "> is " + quoted(out) + ", expected pass or fail");
  return out;
}

// RFC 7489 §6.6.2: a message passes when one of the two does. One that is not named did not.
bool passed(const pugi::xml_node& evaluated, const std::string& where) {
  const std::string dkim = result_in(evaluated, "dkim", where);
  const std::string spf = result_in(evaluated, "spf", where);
  if (dkim.empty() && spf.empty()) refuse(where + ": neither <dkim> nor <spf> says pass or fail");
  return dkim == "pass" || spf == "pass";
}

void add_record(const pugi::xml_node& record, DomainReport& into) {
  if (++into.records > static_cast<int64_t>(max_records))
    refuse("has more than " + std::to_string(max_records) + " records");
  const std::string where = "record " + std::to_string(into.records);
  const pugi::xml_node row = one(record, "row", where);
  const std::string_view source_text = text_in(row, "source_ip", where);
  const auto source = Address::parse(source_text);
  if (!source) refuse(where + ": <source_ip> is no address: " + quoted(source_text));
  const int64_t messages = count_in(row, "count", where);
  const pugi::xml_node evaluated = one(row, "policy_evaluated", where);
  int64_t& disposed = into.results[disposition_in(evaluated, where)];
  disposed = sum(disposed, messages, "the number of messages");
  sum(into.good, sum(into.bad, messages, "the number of messages"), "the number of messages");
  if (passed(evaluated, where)) {
    into.good += messages;
    return;
  }
  into.bad += messages;
  if (messages > 0) into.failing_sources.insert(source->unmapped());
}

Time time_in(const pugi::xml_node& range, std::string_view name) {
  return Time(Seconds(count_in(range, name, "<date_range>")));
}

Report read_feedback(const pugi::xml_node& feedback) {
  const pugi::xml_node metadata = one(feedback, "report_metadata", "<feedback>");
  const std::string where = "<report_metadata>";
  Report out{.kind = Kind::dmarc,
             .organisation = label(text_in(metadata, "org_name", where), "<org_name>"),
             .id = label(text_in(metadata, "report_id", where), "<report_id>")};
  const pugi::xml_node range = one(metadata, "date_range", where);
  out.begins = time_in(range, "begin");
  out.ends = time_in(range, "end");
  must_be_a_period(out.begins, out.ends);
  const pugi::xml_node policy = one(feedback, "policy_published", "<feedback>");
  DomainReport told(domain_name(text_in(policy, "domain", "<policy_published>"), "<domain>"));
  told.results = {{"none", 0}, {"quarantine", 0}, {"reject", 0}};
  for (const pugi::xml_node& each : feedback.children())
    if (is_element(each, "record")) add_record(each, told);
  if (told.records == 0) refuse("has no <record>");
  out.domains.push_back(std::move(told));
  return out;
}

Report read(std::string text) {
  if (text.find('\0') != text.npos) refuse("is not XML: has a NUL");
  if (static_cast<size_t>(std::ranges::count(text, '<')) > max_xml_tags)
    refuse("has more than " + std::to_string(max_xml_tags) + " tags");
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer_inplace(text.data(), text.size(), parse_flags, pugi::encoding_utf8);
  if (!parsed)
    refuse("is not XML: " + std::string(parsed.description()) + " at octet " +
           std::to_string(parsed.offset));
  pugi::xml_node root;
  for (const pugi::xml_node& each : document.children()) {
    if (each.type() == pugi::node_doctype) refuse("has a document type, which no report needs");
    if (each.type() != pugi::node_element) continue;
    if (root) refuse("is not XML: two elements at the top");
    root = each;
  }
  if (!root || local_name(root) != "feedback")
    refuse("is no DMARC report: the root is not <feedback>");
  return read_feedback(root);
}

}  // namespace

Read<Report> read_dmarc(std::string_view xml) {
  return or_refusal([&] {
    if (xml.size() > max_document_bytes) refuse("is too large for a report");
    return read(std::string(xml));
  });
}

}  // namespace mailfleet::reports

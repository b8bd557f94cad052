#include "exporter/feed/exceptions.h"

#include <boost/json.hpp>

#include "exporter/feed/strict_json.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

const json::value& member(const json::value& value, std::string_view key,
                          const std::string& where) {
  const json::object* object = value.if_object();
  const json::value* found = object ? object->if_contains(key) : nullptr;
  if (!found) refuse(where, "\"" + std::string(key) + "\" is missing");
  return *found;
}

std::string_view text(const json::value& value, std::string_view key, const std::string& where) {
  const json::value& found = member(value, key, where);
  if (!found.is_string()) refuse(where + "." + std::string(key), "must be a string");
  return found.get_string();
}

Time moment(const json::value& value, std::string_view key, const std::string& where) {
  const auto time = parse_time(text(value, key, where));
  if (!time) refuse(where + "." + std::string(key), "must be a time like 2026-11-21T12:00:00Z");
  return *time;
}

FeedException exception_in(const json::value& value, const std::string& where) {
  const std::string_view domain = text(value, "domain", where);
  const auto name = Name::parse(domain);
  if (!name || name->text() != domain)
    refuse(where + ".domain", "must be a domain name in lower case");
  FeedException out(*name);
  const std::string_view kind = text(value, "exception", where);
  if (kind != "tls" && kind != "certificate")
    refuse(where + ".exception", "must be tls or certificate");
  out.takes_tls = kind == "certificate";
  out.organisation = text(value, "organisation", where);
  out.seen = moment(value, "seen", where);
  return out;
}

ExceptionList list_in(const json::value& value) {
  const json::value& version = member(value, "schema_version", "exceptions");
  if (!version.is_int64() || version.get_int64() != 1)
    refuse("exceptions.schema_version", "is not known to this version");
  ExceptionList out{.issued = moment(value, "issued", "exceptions"),
                    .expires = moment(value, "expires", "exceptions")};
  const json::value& entries = member(value, "exceptions", "exceptions");
  if (!entries.is_array()) refuse("exceptions.exceptions", "must be a list");
  for (const json::value& each : entries.get_array()) {
    const std::string where = "exceptions[" + std::to_string(out.entries.size()) + "]";
    FeedException read = exception_in(each, where);
    if (!out.entries.empty() && !(out.entries.back().domain < read.domain))
      refuse(where + ".domain", "must be sorted, each domain once");
    out.entries.push_back(std::move(read));
  }
  if (out.expires <= out.issued) refuse("exceptions.expires", "must be after \"issued\"");
  return out;
}

}  // namespace

std::variant<ExceptionList, EditionError> read_exceptions(std::string_view text) {
  return read_strictly(text, "list of exceptions", list_in);
}

}  // namespace mailfleet

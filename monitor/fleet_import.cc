#include "monitor/fleet_import.h"

#include <algorithm>
#include <boost/json.hpp>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "monitor/fleet/csv.h"
#include "monitor/fleet_files.h"
#include "monitor/operator_error.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

// Tells on which line each of a sequence of texts stands, going forward through the file.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  size_t line_of(std::string_view wanted) {
    const size_t found = text_.find(json_quoted(wanted), at_);
    if (found == std::string_view::npos) return line_;
    line_ += static_cast<size_t>(std::ranges::count(text_.substr(at_, found - at_), '\n'));
    at_ = found;
    return line_;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
};

json::value parse_json(std::string_view text, std::string_view file_name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  json::error_code error;
  json::value out = json::parse({text.data(), text.size()}, error);
  if (error) throw OperatorError(std::string(file_name) + ": not JSON: " + error.message());
  return out;
}

std::string text_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->c_str(), text->size()) : "";
}

const json::value* member(const json::value& root, const char* key) {
  const json::object* object = root.if_object();
  return object ? object->if_contains(key) : nullptr;
}

// "local_authority" is our "local-authority".
std::string sector_of(std::string text) {
  std::ranges::replace(text, '_', '-');
  return text;
}

FleetList import_ukps(const json::array& domains, std::string_view text) {
  ListBuilder builder(domain_tools());
  Lines lines(text);
  for (const json::value& each : domains) {
    const json::object* object = each.if_object();
    if (!object) {
      builder.reject(lines.line_of(""), json::serialize(each),
                     "not an object with \"domain_pattern\"");
      continue;
    }
    const std::string pattern = text_of(*object, "domain_pattern");
    std::string organisation = text_of(*object, "notes");
    const size_t colon = organisation.find(": ");  // "Local authority: Cardiff"
    if (colon != std::string::npos) organisation.erase(0, colon + 2);
    builder.row(lines.line_of(pattern),
                {{"domain", pattern},
                 {"organisation", organisation},
                 {"sector", sector_of(text_of(*object, "organisation_type_id"))}},
                pattern);
  }
  return builder.take();
}

FleetList import_policies(const json::object& policies, std::string_view text) {
  ListBuilder builder(domain_tools());
  Lines lines(text);
  for (const auto& [domain, policy] : policies) {
    const std::string name(domain.data(), domain.size());
    builder.row(lines.line_of(name), {{"domain", name}}, name);
  }
  return builder.take();
}

std::string dotgov_column(std::string_view header) {
  const std::string name = ascii_lower(trim(header));
  if (name == "domain name") return "domain";
  if (name == "organization name") return "organisation";
  if (name == "domain type") return "sector";
  if (name == "security contact email") return "contact";
  return "";
}

FleetList import_dotgov(std::string_view text, std::string_view file_name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  ListBuilder builder(domain_tools());
  CsvReader reader(text);
  std::vector<std::string> columns;
  if (const auto header = reader.next())
    for (const std::string& each : header->cells) columns.push_back(dotgov_column(each));
  if (std::ranges::find(columns, "domain") == columns.end())
    throw OperatorError(std::string(file_name) + ": no column \"Domain name\" in the first line");
  while (const auto record = reader.next()) {
    ListBuilder::Row row;
    for (size_t i = 0; i < std::min(columns.size(), record->cells.size()); ++i)
      if (!columns[i].empty() && record->cells[i] != "(blank)") row[columns[i]] = record->cells[i];
    if (!record->problem.empty())
      builder.reject(record->line, record->text, record->problem);
    else
      builder.row(record->line, row, record->text);
  }
  return builder.take();
}

std::string detected(std::string_view text, std::string_view file_name) {
  const size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string_view::npos && (text[first] == '{' || text[first] == '['))
    return member(parse_json(text, file_name), "policies") ? "starttls-everywhere" : "ukps-domains";
  CsvReader reader(text);
  if (const auto header = reader.next();
      header && std::ranges::any_of(header->cells, [](const std::string& each) {
        return dotgov_column(each) == "domain";
      }))
    return "dotgov";
  return list_format(file_name, text) == ListFormat::csv ? "csv" : "txt";
}

}  // namespace

FleetList import_fleet(std::string_view text, std::string_view file_name, std::string_view format) {
  const std::string kind = format == "auto" ? detected(text, file_name) : std::string(format);
  if (kind == "csv") return read_fleet_list(text, ListFormat::csv, domain_tools());
  if (kind == "txt") return read_fleet_list(text, ListFormat::txt, domain_tools());
  if (kind == "dotgov") return import_dotgov(text, file_name);
  const json::value root = parse_json(text, file_name);
  if (kind == "starttls-everywhere") {
    const json::value* policies = member(root, "policies");
    if (!policies || !policies->is_object())
      throw OperatorError(std::string(file_name) + ": no \"policies\" in it");
    return import_policies(policies->get_object(), text);
  }
  const json::value* domains = root.is_array() ? &root : member(root, "domains");
  if (!domains || !domains->is_array())
    throw OperatorError(std::string(file_name) + ": no list of \"domains\" in it");
  return import_ukps(domains->get_array(), text);
}

}  // namespace mailfleet

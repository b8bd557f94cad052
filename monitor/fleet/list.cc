#include "monitor/fleet/list.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/base/text.h"
#include "monitor/fleet/csv.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 10> columns = {
    "domain",         "organisation",      "organisation_cy", "sector",    "contact",
    "dkim_selectors", "sending_addresses", "parked",          "agreement", "tls_ready"};
constexpr size_t max_text_characters = 300;
constexpr size_t max_shown_characters = 200;
constexpr size_t max_cell_items = 50;  // selectors or addresses of one domain

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// One line without blanks at its ends; runs of blanks and line ends become one blank.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_blank(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (!is_blank(c) && c != ',' && c != ';')
      word += c;
    else if (!word.empty())
      out.push_back(std::move(word)), word.clear();
  }
  return out;
}

std::string quoted(std::string_view text) { return "\"" + for_display(text, 60) + "\""; }

std::string_view cell(const ListBuilder::Row& row, std::string_view column) {
  const auto found = row.find(column);
  return found == row.end() ? std::string_view() : std::string_view(found->second);
}

// Each reads one cell into the entry; returns the reason when that cannot be.
std::string read_text(std::string_view text, std::string_view column, std::string& into) {
  if (text.empty()) return {};
  if (valid_utf8(text) != text) return "not UTF-8; save the file as UTF-8";
  into = one_line(text);
  if (std::ranges::any_of(into,
                          [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return std::string(column) + " holds control characters";
  if (into.size() > max_text_characters) return std::string(column) + " is longer than 300 bytes";
  return {};
}

std::string read_selectors(std::string_view text, std::vector<std::string>& into) {
  for (const std::string& word : words(text)) {
    const size_t suffix = word.find("._domainkey");
    const auto selector = Name::parse(word.substr(0, suffix));  // RFC 6376 §3.1: sub-domains
    if (!selector) return "dkim_selectors must be names like \"selector1\", got " + quoted(word);
    if (std::ranges::find(into, selector->text()) == into.end()) into.push_back(selector->text());
  }
  return into.size() > max_cell_items ? "dkim_selectors names more than 50" : "";
}

std::string read_addresses(std::string_view text, std::vector<Address>& into) {
  for (const std::string& word : words(text)) {
    const auto address = Address::parse(word);
    if (!address)
      return "sending_addresses must be addresses like \"192.0.2.1\", got " + quoted(word);
    if (std::ranges::find(into, *address) == into.end()) into.push_back(*address);
  }
  return into.size() > max_cell_items ? "sending_addresses names more than 50" : "";
}

std::string read_parked(std::string_view text, bool& into) {
  const std::string word = ascii_lower(one_line(text));
  static const std::set<std::string, std::less<>> yes = {"yes", "y", "true", "1"};
  static const std::set<std::string, std::less<>> no = {"", "no", "n", "false", "0"};
  if (!yes.contains(word) && !no.contains(word))
    return "parked must be yes or no, got " + quoted(text);
  into = yes.contains(word);
  return {};
}

std::string read_date(std::string_view text, std::optional<Time>& into) {
  const std::string word = one_line(text);
  if (word.empty()) return {};
  into = parse_time(word);
  return into ? "" : "tls_ready must be a date like 2026-12-01, got " + quoted(word);
}

std::string read_cells(const ListBuilder::Row& row, FleetEntry& entry) {
  const std::string reasons[] = {
      read_text(cell(row, "organisation"), "organisation", entry.organisation),
      read_text(cell(row, "organisation_cy"), "organisation_cy", entry.organisation_cy),
      read_text(cell(row, "sector"), "sector", entry.sector),
      read_text(cell(row, "contact"), "contact", entry.contact),
      read_text(cell(row, "agreement"), "agreement", entry.agreement),
      read_selectors(cell(row, "dkim_selectors"), entry.dkim_selectors),
      read_addresses(cell(row, "sending_addresses"), entry.sending_addresses),
      read_parked(cell(row, "parked"), entry.parked),
      read_date(cell(row, "tls_ready"), entry.tls_ready)};
  for (const std::string& reason : reasons)
    if (!reason.empty()) return reason;
  return {};
}

// "DKIM Selectors" and "dkim-selectors" are the column dkim_selectors.
std::string column_name(std::string_view text) {
  std::string out = ascii_lower(one_line(text));
  std::ranges::replace(out, ' ', '_');
  std::ranges::replace(out, '-', '_');
  return out;
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

// Spreadsheets of some countries write semicolons, and copying from one gives tabs.
char separator_of(std::string_view header) {
  for (const char separator : {',', ';', '\t'})
    if (header.find(separator) != std::string_view::npos) return separator;
  return ',';
}

bool looks_like_header(std::string_view line) {
  const auto cells = split(line, separator_of(line));
  return std::ranges::any_of(cells, [](std::string_view each) {
    return column_name(each) == "domain" || column_name(each) == "\"domain\"";
  });
}

std::string joined(const CsvRecord& record) {
  std::string out;
  for (const std::string& each : record.cells) out += (out.empty() ? "" : ", ") + quoted(each);
  return out;
}

class CsvList {
 public:
  CsvList(std::string_view text, const DomainTools& tools)
      : reader_(text), builder_(tools), text_(text) {}

  FleetList read() {
    CsvReader first(text_);
    const auto line = first.next_line();
    reader_.use_separator(line ? separator_of(line->text) : ',');
    if (const auto header = reader_.next()) read_header(*header);
    while (const auto record = reader_.next()) read_record(*record);
    return builder_.take();
  }

 private:
  void read_header(const CsvRecord& record) {
    for (const std::string& each : record.cells) header_.push_back(column_name(each));
    fault_ = record.problem;
    if (std::ranges::count(header_, "domain") != 1)
      fault_ = "the first line must name the columns, one of them \"domain\"";
    for (const std::string& name : header_) {
      if (name.empty() || !fault_.empty()) continue;
      if (std::ranges::count(header_, name) > 1)
        fault_ = "the column " + quoted(name) + " is named twice";
      else if (std::ranges::find(columns, name) == columns.end())
        builder_.note(record.line, "the column " + quoted(name) + " is not used");
    }
    if (fault_.empty()) return;
    builder_.reject(record.line, record.text, fault_);
    fault_ = "not read, since the header line is refused";
  }

  void read_record(const CsvRecord& record) {
    const std::string& problem = fault_.empty() ? record.problem : fault_;
    if (!problem.empty()) return builder_.reject(record.line, record.text, problem);
    const auto filled = [](const std::string& each) { return !one_line(each).empty(); };
    if (std::ranges::none_of(record.cells, filled))
      return builder_.note(record.line, "a row without anything in it");
    if (std::any_of(record.cells.begin() + std::min(std::ssize(header_), std::ssize(record.cells)),
                    record.cells.end(), filled))
      return builder_.reject(record.line, record.text,
                             std::to_string(record.cells.size()) + " cells where the header has " +
                                 std::to_string(header_.size()) + "; quote cells that hold commas");
    if (record.text.find_first_of("\r\n") != std::string_view::npos)
      builder_.note(record.line, "one row over several lines: " + joined(record));
    ListBuilder::Row row;
    for (size_t i = 0; i < std::min(header_.size(), record.cells.size()); ++i)
      row[header_[i]] = record.cells[i];
    builder_.row(record.line, row, record.text);
  }

  CsvReader reader_;
  ListBuilder builder_;
  std::string_view text_;
  std::vector<std::string> header_{};
  std::string fault_{};
};

FleetList read_txt(std::string_view text, const DomainTools& tools) {
  CsvReader reader(text);
  ListBuilder builder(tools);
  while (const auto line = reader.next_line()) {
    if (!line->problem.empty()) {
      builder.reject(line->line, line->text, line->problem);
      continue;
    }
    std::string_view domain = line->text;
    const size_t comment = domain.find(" #");
    if (comment != std::string_view::npos) domain = domain.substr(0, comment);
    domain = trim(domain);
    if (domain.ends_with(',') || domain.ends_with(';')) domain.remove_suffix(1);
    if (domain.size() > 1 && domain.starts_with('"') && domain.ends_with('"'))
      domain = domain.substr(1, domain.size() - 2);
    builder.row(line->line, {{"domain", std::string(domain)}}, line->text);
  }
  return builder.take();
}

}  // namespace

ListFormat list_format(std::string_view file_name, std::string_view text) {
  const std::string name = ascii_lower(file_name);
  if (name.ends_with(".csv")) return ListFormat::csv;
  if (name.ends_with(".txt")) return ListFormat::txt;
  CsvReader reader(without_byte_order_mark(text));
  const auto first = reader.next_line();
  return first && looks_like_header(first->text) ? ListFormat::csv : ListFormat::txt;
}

FleetList read_fleet_list(std::string_view text, ListFormat format, const DomainTools& tools) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    ListBuilder builder(tools);
    builder.reject(1, "", "the file is UTF-16; save it as UTF-8");
    return builder.take();
  }
  text = without_byte_order_mark(text);
  return format == ListFormat::csv ? CsvList(text, tools).read() : read_txt(text, tools);
}

void ListBuilder::reject(size_t line, std::string_view text, std::string reason) {
  list_.rejected.push_back({line, for_display(text, max_shown_characters), std::move(reason)});
}

void ListBuilder::note(size_t line, std::string text) {
  list_.notes.push_back({line, std::move(text)});
}

void ListBuilder::row(size_t line, const Row& row, std::string_view text) {
  const std::string_view written = cell(row, "domain");
  DomainText domain = understand_domain(written, tools_);
  if (!domain.name) return reject(line, text, std::move(domain.reason));
  FleetEntry entry(*domain.name);
  if (std::string reason = read_cells(row, entry); !reason.empty())
    return reject(line, text, std::move(reason));
  if (list_.accepted.size() >= max_fleet_entries)
    return reject(line, text, "more than 1000000 domains");
  if (!domain.note.empty())
    note(line, entry.name.text() + ": " + domain.note + " " + quoted(written));
  const auto [first, is_new] = lines_.emplace(entry.name, line);
  if (!is_new)
    return note(line, entry.name.text() + ": already on line " + std::to_string(first->second) +
                          "; this line is not used");
  list_.accepted.push_back(std::move(entry));
}

std::string to_csv(const std::vector<FleetEntry>& entries) {
  std::string out;
  for (const std::string_view column : columns)
    out += (out.empty() ? "" : ",") + std::string(column);
  for (const FleetEntry& entry : entries) {
    std::string selectors;
    for (const std::string& each : entry.dkim_selectors)
      selectors += (selectors.empty() ? "" : " ") + each;
    std::string addresses;
    for (const Address& each : entry.sending_addresses)
      addresses += (addresses.empty() ? "" : " ") + each.text();
    out += "\n" + entry.name.text();
    for (const std::string& each :
         {entry.organisation, entry.organisation_cy, entry.sector, entry.contact, selectors,
          addresses, std::string(entry.parked ? "yes" : ""), entry.agreement,
          entry.tls_ready ? to_text(*entry.tls_ready).substr(0, 10) : ""})
      out += "," + csv_cell(each);
  }
  return out + "\n";
}

}  // namespace mailfleet

// A fleet list: text in, domains out, and a line for each thing that was not taken as it stood.
// Nothing is dropped in silence: a line is accepted, accepted with a note, or refused with a
// reason.
//
// CSV has a header line that names columns, in any order: domain, organisation, organisation_cy,
// sector, contact, dkim_selectors, sending_addresses, parked, agreement, tls_ready. TXT has a
// domain a line. Both may have blank lines and lines that begin with '#'.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/fleet/domain_text.h"
#include "monitor/fleet/entry.h"

namespace mailfleet {

constexpr size_t max_fleet_entries = 1'000'000;  // ten times what one monitor looks at
constexpr size_t max_fleet_file_bytes = 256 << 20;

struct RejectedLine {
  size_t line = 0;     // from 1
  std::string text{};  // as it stood, for people's eyes
  std::string reason{};
  bool operator==(const RejectedLine&) const = default;
};

struct LineNote {
  size_t line = 0;
  std::string text{};
  bool operator==(const LineNote&) const = default;
};

struct FleetList {
  std::vector<FleetEntry> accepted{};  // in the order of the file, each domain once
  std::vector<RejectedLine> rejected{};
  std::vector<LineNote> notes{};
};

enum class ListFormat { csv, txt };

// By the file's name, or by a header line when the name does not tell.
ListFormat list_format(std::string_view file_name, std::string_view text);
FleetList read_fleet_list(std::string_view text, ListFormat format, const DomainTools& tools);

// Builds a list from rows that were read elsewhere: column -> cell.
class ListBuilder {
 public:
  using Row = std::map<std::string, std::string, std::less<>>;

  explicit ListBuilder(const DomainTools& tools) : tools_(tools) {}
  // `text` is the row as it stood.
  void row(size_t line, const Row& row, std::string_view text);
  void reject(size_t line, std::string_view text, std::string reason);
  void note(size_t line, std::string text);
  FleetList take() { return std::move(list_); }

 private:
  const DomainTools& tools_;
  FleetList list_{};
  std::map<Name, size_t> lines_{};  // where each domain stands
};

// The list as CSV in the form above.
std::string to_csv(const std::vector<FleetEntry>& entries);

}  // namespace mailfleet

// Comma-separated values as people's programs write them (RFC 4180): quoted cells may hold commas,
// line ends and doubled quotes; lines end in LF, CRLF or CR.
//
// A quote that is never closed costs its own line only, not the rest of the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

constexpr size_t max_record_bytes = 16 << 10;  // a row of a fleet list has some 200

struct CsvRecord {
  size_t line = 0;          // of its beginning, from 1
  std::string_view text{};  // as it stands in the file, without its line end
  std::vector<std::string> cells{};
  std::string problem{};  // why it is no record; cells are then meaningless
};

class CsvReader {
 public:
  // `text` must outlive the reader and its records.
  explicit CsvReader(std::string_view text, char separator = ',')
      : text_(text), separator_(separator) {}

  std::optional<CsvRecord> next();  // empty at the end; blank lines and "#…" lines are passed over
  // The next line as it is: for formats that are not CSV.
  std::optional<CsvRecord> next_line();
  void use_separator(char separator) { separator_ = separator; }

 private:
  size_t line_end(size_t from) const;
  void step_over_line_end();
  CsvRecord record();
  bool quoted_cell(CsvRecord& record);

  std::string_view text_;
  char separator_;
  size_t at_ = 0;
  size_t line_ = 1;
};

// A cell as it must be written: quoted when it needs to be.
std::string csv_cell(std::string_view text);

}  // namespace mailfleet

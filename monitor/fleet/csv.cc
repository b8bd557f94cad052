#include "monitor/fleet/csv.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

size_t count_lines(std::string_view text) {
  size_t lines = 0;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
      ++lines;
  return lines;
}

}  // namespace

size_t CsvReader::line_end(size_t from) const {
  const size_t end = text_.find_first_of("\r\n", from);
  return end == std::string_view::npos ? text_.size() : end;
}

void CsvReader::step_over_line_end() {
  if (at_ >= text_.size()) return;
  at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
  ++line_;
}

std::optional<CsvRecord> CsvReader::next_line() {
  while (at_ < text_.size()) {
    CsvRecord out{.line = line_};
    const size_t end = line_end(at_);
    out.text = text_.substr(at_, end - at_);
    at_ = end;
    step_over_line_end();
    if (trim(out.text).empty() || trim(out.text).front() == '#') continue;
    if (out.text.size() > max_record_bytes) out.problem = "the line is longer than 16 KB";
    return out;
  }
  return {};
}

std::optional<CsvRecord> CsvReader::next() {
  while (at_ < text_.size()) {
    const std::string_view line = trim(text_.substr(at_, line_end(at_) - at_));
    if (!line.empty() && line.front() != '#') return record();
    at_ = line_end(at_);
    step_over_line_end();
  }
  return {};
}

CsvRecord CsvReader::record() {
  CsvRecord out{.line = line_};
  const size_t begin = at_;
  for (bool more = true; more && out.problem.empty();) {
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!quoted_cell(out)) break;
    } else {
      const std::string_view rest = text_.substr(at_, line_end(at_) - at_);
      const size_t end = at_ + std::min(rest.size(), rest.find(separator_));
      out.cells.emplace_back(text_.substr(at_, end - at_));
      at_ = end;
    }
    more = at_ < text_.size() && text_[at_] == separator_;
    if (more) ++at_;
  }
  if (!out.problem.empty()) at_ = line_end(begin);  // only the line where it began is lost
  out.text = text_.substr(begin, at_ - begin);
  line_ += count_lines(out.text);
  if (out.text.size() > max_record_bytes) out.problem = "the line is longer than 16 KB";
  step_over_line_end();
  return out;
}

// Reads from a quote to after its closing one. False, and a problem, when that cannot be.
bool CsvReader::quoted_cell(CsvRecord& record) {
  std::string cell;
  size_t i = at_ + 1;
  const size_t last = std::min(text_.size(), at_ + max_record_bytes);
  for (; i < last; ++i) {
    if (text_[i] != '"')
      cell += text_[i];
    else if (i + 1 < text_.size() && text_[i + 1] == '"')
      cell += text_[i++];
    else
      break;
  }
  if (i >= last) {
    record.problem = "a quote is opened and not closed";
    return false;
  }
  at_ = i + 1;
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') &&
         separator_ != text_[at_])
    ++at_;
  if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n') {
    record.problem = "there is text after a closing quote";
    return false;
  }
  record.cells.push_back(std::move(cell));
  return true;
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n#") == std::string_view::npos && trim(text) == text)
    return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace mailfleet

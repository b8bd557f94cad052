#include "checks/mta_sts/record.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet::mta_sts {
namespace {

constexpr std::string_view version = "v=STSv1";
constexpr size_t longest_id = 32;
constexpr size_t longest_name = 32;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id && std::ranges::all_of(text, is_alphanumeric);
}

// sts-extension = sts-ext-name "=" sts-ext-value
bool is_extension(std::string_view name, std::string_view value) {
  if (name.empty() || name.size() > longest_name || !is_alphanumeric(name[0])) return false;
  const bool name_good = std::ranges::all_of(
      name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
  const bool value_good = std::ranges::all_of(
      value, [](char c) { return c > ' ' && c < '\x7f' && c != ';' && c != '='; });
  return name_good && value_good && !value.empty();
}

// "v=STSv1;" begins the record; with blanks before the semicolon it is not the letter of the law.
bool begins(std::string_view txt, bool& blank) {
  if (!txt.starts_with(version)) return false;
  const std::string_view rest = txt.substr(version.size());
  const size_t semicolon = rest.find_first_not_of(" \t");
  blank = semicolon != 0;
  return semicolon != std::string_view::npos && rest[semicolon] == ';';
}

// Someone meant an MTA-STS record, and no reader will take it for one.
bool is_attempt(std::string_view txt) {
  return starts_with_ignoring_case(trim(txt), "v=stsv1") ||
         starts_with_ignoring_case(trim(txt), "\"v=stsv1");
}

RecordReading invalid(std::string_view text, std::string_view reason) {
  return {
      .result = RecordResult::invalid, .text = std::string(text), .reason = std::string(reason)};
}

RecordReading read_one(const std::string& txt) {
  RecordReading out{.text = txt};
  std::vector<std::string_view> fields = split(txt, ';');
  // One delimiter may end the record, with blanks around it; blanks alone may not.
  if (trim(fields.back()).empty())
    fields.pop_back();
  else if (trim(fields.back()).size() != fields.back().size() &&
           (fields.back().back() == ' ' || fields.back().back() == '\t'))
    return invalid(txt, "syntax");
  for (size_t i = 1; i < fields.size(); ++i) {
    const std::string_view field = trim(fields[i]);
    const size_t equals = field.find('=');
    if (equals == std::string_view::npos) return invalid(txt, "syntax");
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (name == "id" && out.id.empty()) {
      if (!is_id(value)) return invalid(txt, "id");
      out.id = value;
    } else if (!is_extension(name, value)) {  // a second id is ignored, whatever it says
      return invalid(txt, "syntax");
    }
  }
  if (out.id.empty()) return invalid(txt, "id");
  out.result = RecordResult::valid;
  return out;
}

}  // namespace

RecordReading read_records(const std::vector<std::string>& txt) {
  std::vector<const std::string*> strict, lax, attempts;
  for (const std::string& each : txt) {
    bool blank = false;
    if (begins(each, blank))
      (blank ? lax : strict).push_back(&each);
    else if (is_attempt(each))
      attempts.push_back(&each);
  }
  // RFC 8461 §3.1: records that do not begin with "v=STSv1;" are discarded, and then there must be
  // exactly one.
  if (strict.size() > 1) return invalid("", "multiple-records");
  if (strict.size() == 1) return read_one(*strict.front());
  if (lax.size() > 1) return invalid("", "multiple-records");
  if (lax.size() == 1) {
    RecordReading out = read_one(*lax.front());
    out.blank_before_semicolon = true;
    return out;
  }
  if (!attempts.empty()) {
    const bool right_version = attempts.front()->starts_with(version);
    return invalid(*attempts.front(), right_version ? "syntax" : "version");
  }
  return {};
}

}  // namespace mailfleet::mta_sts

#include "monitor/word_reader.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

// A line of text as a person writes it; the reason when it cannot be one.
std::string line_problem(std::string_view key, const std::string& text) {
  const std::string word = "\"" + std::string(key) + "\"";
  if (trim(text).empty()) return word + " must say something";
  if (text.size() > max_word_octets)
    return word + " is longer than " + std::to_string(max_word_octets) + " octets";
  if (valid_utf8(text) != text) return word + " is not UTF-8";
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return control ? word + " holds control characters" : "";
}

}  // namespace

std::string WordReader::line(std::string_view key) {
  const auto text = body_[key].as_string();
  if (!text) return fail("\"" + std::string(key) + "\" must be a text"), "";
  if (std::string why = line_problem(key, std::string(*text)); !why.empty())
    return fail(std::move(why)), "";
  return std::string(trim(*text));
}

Time WordReader::time(std::string_view key) {
  const auto text = body_[key].as_string();
  const auto time = text ? parse_time(*text) : std::nullopt;
  if (!time) fail("\"" + std::string(key) + "\" must be a time like 2027-01-09T20:00:00Z");
  return time.value_or(Time{});
}

std::vector<Name> WordReader::names(std::string_view key) {
  std::vector<Name> out;
  const Value& list = body_[key];
  if (list.is_null()) return out;
  if (!list.is_list() || list.items().size() > max_window_names) {
    fail("\"" + std::string(key) + "\" must be a list of at most " +
         std::to_string(max_window_names) + " names");
    return out;
  }
  for (const Value& each : list.items()) {
    auto name = Name::parse(each.as_string().value_or(""));
    if (!name) {
      fail("\"" + std::string(key) + "\" holds what is no domain name: " +
           for_display(each.as_string().value_or("not a text"), 60));
      return out;
    }
    if (std::ranges::find(out, *name) == out.end()) out.push_back(std::move(*name));
  }
  return out;
}

Said WordReader::said(Time now) {
  Said out{.at = now, .by = line("by")};
  out.reason = line("reason");
  return out;
}

void WordReader::fail(std::string why) {
  if (why_.empty()) why_ = std::move(why);
}

}  // namespace mailfleet

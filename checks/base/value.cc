#include "checks/base/value.h"

#include <algorithm>
#include <charconv>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

void write(const Value& value, int indent, std::string& out);

void new_line(int indent, std::string& out) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * 2, ' ');
}

int deeper(int indent) { return indent < 0 ? indent : indent + 1; }

void write_number(double value, std::string& out) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, error == std::errc() ? end : buffer);
}

void write_list(const Value::List& items, int indent, std::string& out) {
  out += '[';
  for (size_t i = 0; i < items.size(); ++i) {
    if (i) out += ',';
    new_line(deeper(indent), out);
    write(items[i], deeper(indent), out);
  }
  if (!items.empty()) new_line(indent, out);
  out += ']';
}

void write_object(const Value::Object& members, int indent, std::string& out) {
  out += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i) out += ',';
    new_line(deeper(indent), out);
    out += json_quoted(members[i].first);
    out += indent < 0 ? ":" : ": ";
    write(members[i].second, deeper(indent), out);
  }
  if (!members.empty()) new_line(indent, out);
  out += '}';
}

// `indent` is the depth for pretty text, or -1 for one line.
void write(const Value& value, int indent, std::string& out) {
  if (value.is_null()) out += "null";
  else if (value.is_bool()) out += *value.as_bool() ? "true" : "false";
  else if (value.is_int()) out += std::to_string(*value.as_int());
  else if (value.is_double()) write_number(*value.as_double(), out);
  else if (value.is_string()) out += json_quoted(*value.as_string());
  else if (value.is_list()) write_list(value.items(), indent, out);
  else write_object(value.members(), indent, out);
}

}  // namespace

std::optional<bool> Value::as_bool() const {
  const bool* value = std::get_if<bool>(&data_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<int64_t> Value::as_int() const {
  const int64_t* value = std::get_if<int64_t>(&data_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Value::as_double() const {
  if (const auto whole = as_int()) return static_cast<double>(*whole);
  const double* value = std::get_if<double>(&data_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> Value::as_string() const {
  const std::string* value = std::get_if<std::string>(&data_);
  return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

const Value::List& Value::items() const {
  static const List none;
  const List* value = std::get_if<List>(&data_);
  return value ? *value : none;
}

const Value::Object& Value::members() const {
  static const Object none;
  const Object* value = std::get_if<Object>(&data_);
  return value ? *value : none;
}

const Value& Value::operator[](std::string_view key) const {
  static const Value null;
  for (const Member& member : members())
    if (member.first == key) return member.second;
  return null;
}

Value& Value::set(std::string_view key, Value value) {
  if (!is_object()) data_ = Object{};
  Object& all = std::get<Object>(data_);
  for (Member& member : all)
    if (member.first == key) {
      member.second = std::move(value);
      return *this;
    }
  all.emplace_back(std::string(key), std::move(value));
  return *this;
}

Value& Value::push(Value value) {
  if (!is_list()) data_ = List{};
  std::get<List>(data_).push_back(std::move(value));
  return *this;
}

std::string to_json(const Value& value) {
  std::string out;
  write(value, -1, out);
  return out;
}

std::string to_json_pretty(const Value& value) {
  std::string out;
  write(value, 0, out);
  return out;
}

std::string json_quoted(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  const auto plain = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
  std::string out = "\"";
  if (std::ranges::all_of(text, plain)) {  // nearly always
    out.reserve(text.size() + 2);
    out += text;
    out += '"';
    return out;
  }
  const std::string clean = valid_utf8(text);
  for (const char c : clean) {
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      ((out += "\\u00") += digits[(c >> 4) & 0xf]) += digits[c & 0xf];
    else out += c;
  }
  return out += '"';
}

}  // namespace mailfleet

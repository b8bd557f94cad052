#include "monitor/store/value_json.h"

#include <array>
#include <boost/json.hpp>

namespace mailfleet {
namespace {

namespace json = boost::json;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Value to_value(const json::value& from) {
  switch (from.kind()) {
    case json::kind::null:
      return {};
    case json::kind::bool_:
      return from.get_bool();
    case json::kind::int64:
      return Value(int64_t{from.get_int64()});
    case json::kind::uint64:
      return static_cast<double>(from.get_uint64());  // past every int64
    case json::kind::double_:
      return from.get_double();
    case json::kind::string: {
      const json::string& text = from.get_string();
      return std::string(text.data(), text.size());
    }
    case json::kind::array: {
      Value::List items;
      items.reserve(from.get_array().size());
      for (const json::value& item : from.get_array()) items.push_back(to_value(item));
      return Value(std::move(items));
    }
    case json::kind::object:
      break;
  }
  Value::Object members;
  members.reserve(from.get_object().size());
  for (const json::key_value_pair& member : from.get_object())
    members.emplace_back(std::string(member.key()), to_value(member.value()));
  return Value(std::move(members));
}

}  // namespace

std::optional<Value> parse_value(std::string_view text) {
  if (text.size() > max_json_bytes) return {};
  json::parse_options options;
  options.max_depth = 64;  // facts are a handful of levels deep
  boost::system::error_code error;
  std::array<unsigned char, 8192> room;  // for most rows
  json::monotonic_resource memory(room.data(), room.size());
  const json::value parsed = json::parse({text.data(), text.size()}, error, &memory, options);
  if (error) return {};
  return to_value(parsed);
}

std::string base64_of(std::string_view octets) {
  std::string out;
  out.reserve((octets.size() + 2) / 3 * 4);
  for (size_t i = 0; i < octets.size(); i += 3) {
    const auto octet = [&](size_t k) -> uint32_t {
      return i + k < octets.size() ? static_cast<unsigned char>(octets[i + k]) : 0U;
    };
    const uint32_t group = octet(0) << 16 | octet(1) << 8 | octet(2);
    out += alphabet[group >> 18 & 63];
    out += alphabet[group >> 12 & 63];
    out += i + 1 < octets.size() ? alphabet[group >> 6 & 63] : '=';
    out += i + 2 < octets.size() ? alphabet[group & 63] : '=';
  }
  return out;
}

std::optional<std::string> octets_of_base64(std::string_view text) {
  if (text.size() % 4 != 0) return {};
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t value = i < text.size() - padding ? alphabet.find(text[i]) : 0;
    if (value == std::string_view::npos) return {};
    group = group << 6 | static_cast<uint32_t>(value);
    if (i % 4 != 3) continue;
    out += static_cast<char>(group >> 16 & 0xff);
    out += static_cast<char>(group >> 8 & 0xff);
    out += static_cast<char>(group & 0xff);
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace mailfleet

#include "exporter/feed/encoding.h"

#include <openssl/sha.h>

#include <array>
#include <cstdint>

namespace mailfleet {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view octets, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((octets.size() + 2) / 3 * 4);
  const size_t whole = octets.size() / 3 * 3;
  out.resize(whole / 3 * 4);
  char* to = out.data();
  for (size_t i = 0; i < whole; i += 3) {
    const auto octet = [&](size_t j) { return uint32_t{static_cast<uint8_t>(octets[i + j])}; };
    const uint32_t bits = octet(0) << 16 | octet(1) << 8 | octet(2);
    for (const uint32_t shift : {18U, 12U, 6U, 0U}) *to++ = alphabet[bits >> shift & 63];
  }
  for (size_t i = whole; i < octets.size(); i += 3) {
    const size_t taken = std::min<size_t>(3, octets.size() - i);
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (j < taken ? static_cast<uint8_t>(octets[i + j]) : 0U);
    for (size_t j = 0; j < 4; ++j) {
      if (j <= taken)
        out += alphabet[(bits >> (18 - 6 * j)) & 63];
      else if (padded)
        out += '=';
    }
  }
  return out;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
  constexpr uint8_t no_letter = 64;
  std::array<uint8_t, 256> values{};
  values.fill(no_letter);
  for (size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<uint8_t>(alphabet[i])] = static_cast<uint8_t>(i);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const uint8_t value = values[static_cast<uint8_t>(c)];
    if (value == no_letter) return {};
    bits = (bits << 6 | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  // What is left over must be padding bits, all zero, and fewer than a character.
  if (held >= 6 || (bits & ((1U << held) - 1)) != 0) return {};
  return out;
}

}  // namespace

std::string base64(std::string_view octets) { return encode(octets, standard, true); }
std::string base64url(std::string_view octets) { return encode(octets, url_safe, false); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return {};
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, standard);
}

std::optional<std::string> from_base64url(std::string_view text) { return decode(text, url_safe); }

std::string hex(std::string_view octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : octets) {
    out += digits[static_cast<uint8_t>(c) >> 4];
    out += digits[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (text.size() % 2 != 0) return {};
  std::string out;
  for (size_t i = 0; i < text.size(); i += 2) {
    if (value(text[i]) < 0 || value(text[i + 1]) < 0) return {};
    out += static_cast<char>(value(text[i]) << 4 | value(text[i + 1]));
  }
  return out;
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace mailfleet

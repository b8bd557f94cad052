#include "checks/mta_sts/idn.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "checks/base/text.h"

namespace mailfleet::mta_sts {
namespace {

// RFC 3492 §5.
constexpr uint32_t base = 36, t_min = 1, t_max = 26, skew = 38, damp = 700;
constexpr uint32_t initial_bias = 72, initial_n = 128;
constexpr size_t longest_label = 63;

std::optional<std::vector<uint32_t>> code_points(std::string_view text) {
  if (valid_utf8(text) != text) return {};
  std::vector<uint32_t> out;
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if ((octet & 0xc0) == 0x80)
      out.back() = out.back() << 6 | (octet & 0x3f);
    else if (octet < 0x80)
      out.push_back(octet);
    else
      out.push_back(octet & (octet < 0xe0 ? 0x1f : octet < 0xf0 ? 0x0f : 0x07));
  }
  return out;
}

uint32_t adapt(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / damp : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  for (; delta > ((base - t_min) * t_max) / 2; k += base) delta /= base - t_min;
  return k + (base - t_min + 1) * delta / (delta + skew);
}

char digit(uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + value - 26);
}

void append_integer(uint32_t value, uint32_t bias, std::string& out) {
  for (uint32_t k = base;; k += base) {
    const uint32_t t = k <= bias ? t_min : std::min(k - bias, t_max);
    if (value < t) break;
    out += digit(t + (value - t) % (base - t));
    value = (value - t) / (base - t);
  }
  out += digit(value);
}

// RFC 3492 §6.3. The label is short, so that no sum here can overflow.
std::string punycode(const std::vector<uint32_t>& points) {
  std::string out;
  for (const uint32_t c : points)
    if (c < initial_n) out += static_cast<char>(c);
  const auto basic = static_cast<uint32_t>(out.size());
  if (basic > 0) out += '-';
  uint32_t n = initial_n, delta = 0, bias = initial_bias, done = basic;
  while (done < points.size()) {
    uint32_t next = std::numeric_limits<uint32_t>::max();
    for (const uint32_t c : points)
      if (c >= n) next = std::min(next, c);
    delta += (next - n) * (done + 1);
    n = next;
    for (const uint32_t c : points) {
      if (c < n) ++delta;
      if (c != n) continue;
      append_integer(delta, bias, out);
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
    ++delta;
    ++n;
  }
  return out;
}

}  // namespace

std::optional<std::string> to_a_labels(std::string_view name) {
  std::string out;
  bool first = true;
  for (const std::string_view label : split(name, '.')) {
    if (!std::exchange(first, false)) out += '.';
    if (std::ranges::all_of(label, [](char c) { return static_cast<uint8_t>(c) < 0x80; })) {
      out += label;
      continue;
    }
    if (label.size() > 4 * longest_label) return {};
    const auto points = code_points(label);
    if (!points || points->size() > longest_label) return {};
    const std::string encoded = "xn--" + punycode(*points);
    if (encoded.size() > longest_label) return {};
    out += encoded;
  }
  return out;
}

}  // namespace mailfleet::mta_sts

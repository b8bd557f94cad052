#include "checks/base/address.h"

#include <charconv>
#include <vector>

namespace mailfleet {
namespace {

std::optional<std::array<uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<uint8_t, 4> out{};
  for (size_t i = 0; i < 4; ++i) {
    const size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3) return {};
    const std::string_view part = text.substr(0, end);
    if (part.size() > 1 && part.front() == '0') return {};
    int value = 0;
    const auto [last, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || last != part.data() + part.size() || value < 0 || value > 255) return {};
    out[i] = static_cast<uint8_t>(value);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return out;
}

std::optional<uint16_t> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return {};
  uint16_t value = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || last != text.data() + text.size()) return {};
  return value;
}

// Reads "a:b:c", whose last part may be dotted IPv4, into 16-bit groups.
bool parse_groups(std::string_view text, std::vector<uint16_t>& out) {
  if (text.empty()) return true;
  for (;;) {
    const size_t end = text.find(':');
    const std::string_view part = text.substr(0, end);
    if (end == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4) return false;
      out.push_back(static_cast<uint16_t>((*v4)[0] << 8 | (*v4)[1]));
      out.push_back(static_cast<uint16_t>((*v4)[2] << 8 | (*v4)[3]));
      return true;
    }
    const auto group = parse_group(part);
    if (!group) return false;
    out.push_back(*group);
    if (out.size() > 8) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::array<uint8_t, 16>> parse_v6(std::string_view text) {
  std::vector<uint16_t> groups;
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, groups) || groups.size() != 8) return {};
  } else {
    std::vector<uint16_t> tail;
    const std::string_view head = text.substr(0, gap);
    if (head.find('.') != std::string_view::npos || !parse_groups(head, groups) ||
        !parse_groups(text.substr(gap + 2), tail) || groups.size() + tail.size() > 7)
      return {};
    groups.resize(8 - tail.size());
    groups.insert(groups.end(), tail.begin(), tail.end());
  }
  std::array<uint8_t, 16> out{};
  for (size_t i = 0; i < 8; ++i) {
    out[2 * i] = static_cast<uint8_t>(groups[i] >> 8);
    out[2 * i + 1] = static_cast<uint8_t>(groups[i] & 0xff);
  }
  return out;
}

std::string hex(unsigned value) {
  char buffer[8];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, 16);
  return error == std::errc() ? std::string(buffer, end) : std::string();
}

std::string v6_text(const std::array<uint8_t, 16>& octets) {
  std::array<unsigned, 8> groups{};
  for (size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(octets[2 * i] << 8 | octets[2 * i + 1]);
  size_t best = 8;
  size_t best_length = 1;  // RFC 5952 §4.2.2: a single zero group is not shortened
  for (size_t i = 0; i < 8;) {
    size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
    i += length + 1;
  }
  std::string out;
  for (size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    out += hex(groups[i]);
  }
  return out;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    const auto octets = parse_v4(text);
    return octets ? std::optional(v4(*octets)) : std::nullopt;
  }
  const auto octets = parse_v6(text);
  return octets ? std::optional(v6(*octets)) : std::nullopt;
}

Address Address::v4(std::array<uint8_t, 4> octets) {
  Address out;
  for (size_t i = 0; i < 4; ++i) out.octets_[i] = octets[i];
  return out;
}

Address Address::v6(std::array<uint8_t, 16> octets) {
  Address out;
  out.v4_ = false;
  out.octets_ = octets;
  return out;
}

std::string Address::text() const {
  if (!v4_) return v6_text(octets_);
  std::string out;
  for (size_t i = 0; i < 4; ++i) out += (i ? "." : "") + std::to_string(octets_[i]);
  return out;
}

Address Address::unmapped() const {
  if (v4_) return *this;
  for (size_t i = 0; i < 12; ++i)
    if (octets_[i] != (i < 10 ? 0 : 0xff)) return *this;
  return v4({octets_[12], octets_[13], octets_[14], octets_[15]});
}

std::string Address::reverse_name() const {
  std::string out;
  if (v4_) {
    for (size_t i = 4; i-- > 0;) out += std::to_string(octets_[i]) + ".";
    return out + "in-addr.arpa";
  }
  for (size_t i = 16; i-- > 0;) {
    out += hex(octets_[i] & 0x0fU) + ".";
    out += hex(static_cast<unsigned>(octets_[i] >> 4)) + ".";
  }
  return out + "ip6.arpa";
}

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return {};
  const int all = static_cast<int>(address->size()) * 8;
  if (slash == std::string_view::npos) return Network{*address, all};
  const std::string_view bits = text.substr(slash + 1);
  int prefix = 0;
  const auto [last, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  if (bits.empty() || error != std::errc() || last != bits.data() + bits.size()) return {};
  if (prefix < 0 || prefix > all) return {};
  return Network{*address, prefix};
}

bool Network::contains(const Address& other) const {
  if (other.is_v4() != address.is_v4()) return false;
  for (int bit = 0; bit < prefix; ++bit) {
    const auto octet = static_cast<size_t>(bit / 8);
    const auto mask = static_cast<uint8_t>(0x80 >> (bit % 8));
    if ((address.octets()[octet] & mask) != (other.octets()[octet] & mask)) return false;
  }
  return true;
}

std::string Network::text() const { return address.text() + "/" + std::to_string(prefix); }

}  // namespace mailfleet

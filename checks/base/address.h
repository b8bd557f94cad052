// An IPv4 or IPv6 address, and a block of them (RFC 4291, RFC 5952 for the text form).
// A v4-mapped IPv6 address stays IPv6 here; whoever must not be fooled asks `unmapped()`.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

class Address {
 public:
  // "192.0.2.1" or "2001:db8::1"; strict: no leading zeros, no zone id, no brackets.
  static std::optional<Address> parse(std::string_view text);
  static Address v4(std::array<uint8_t, 4> octets);
  static Address v6(std::array<uint8_t, 16> octets);

  bool is_v4() const { return v4_; }
  // 4 or 16 octets in network order; the rest of the array is zero.
  const std::array<uint8_t, 16>& octets() const { return octets_; }
  size_t size() const { return v4_ ? 4 : 16; }
  std::string text() const;
  // The IPv4 address inside ::ffff:0:0/96; any other address itself.
  Address unmapped() const;
  // "1.2.0.192.in-addr.arpa" (RFC 1035 §3.5) or the nibbles under ip6.arpa (RFC 3596 §2.5).
  std::string reverse_name() const;

  auto operator<=>(const Address&) const = default;

 private:
  bool v4_ = true;
  std::array<uint8_t, 16> octets_{};
};

struct Network {
  Address address{};
  int prefix = 0;  // bits

  // "10.0.0.0/8", "2001:db8::/32", or a single address. Bits below the prefix are ignored.
  static std::optional<Network> parse(std::string_view text);
  bool contains(const Address& address) const;  // never across families
  std::string text() const;
  auto operator<=>(const Network&) const = default;
};

}  // namespace mailfleet

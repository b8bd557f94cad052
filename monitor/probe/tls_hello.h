// A bare ClientHello and the first bytes that answer it (RFC 5246 §7.4.1, RFC 6101 for SSLv3, and
// the SSLv2 of 1995, which RFC 6176 forbids): the way to ask for what no library of today can speak
// any more (SSLv2, SSLv3, RC4, 3DES, export, NULL).
//
// Nothing is negotiated to an end: a ServerHello is a yes, an alert a no. Pure; no sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "checks/base/name.h"

namespace mailfleet {

enum class HelloVersion : uint16_t { ssl2 = 0x0002, ssl3 = 0x0300, tls1_2 = 0x0303 };

// A complete record. SSLv3 knows no extensions, so it names no host. At most 100 suites.
std::string client_hello(HelloVersion version, const Name& host, std::span<const uint16_t> suites);
// SSLv2 has a form and ciphers of its own; this offers all of them.
std::string ssl2_client_hello();

struct HelloReply {
  // more: read on. chosen: a ServerHello. refused: an alert about our offer. unclear: neither.
  enum class Kind : uint8_t { more, chosen, refused, unclear };
  Kind kind = Kind::more;
  uint16_t version = 0;
  uint16_t suite = 0;
  std::optional<int> alert{};
};

constexpr size_t max_hello_reply_bytes = 256;  // of which a driver needs to hold no more
HelloReply read_hello_reply(std::string_view bytes);

}  // namespace mailfleet

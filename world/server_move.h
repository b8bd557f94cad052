// What a scripted server does next. Plain words, shared by mail and policy servers of a world.
#pragma once

#include <string>
#include <string_view>

#include "world/world.h"

namespace mailfleet {

// say: send `bytes` and wait for the client. drip: send them one by one, a second each, for ever
// anew. flood: send them for ever, as fast as the client reads. start_tls: send them, then shake
// hands. close, reset: send them, then end the connection politely or by RST. hang: nothing more.
enum class ServerAct : uint8_t { say, drip, flood, start_tls, close, reset, hang };

struct ServerMove {
  ServerAct act = ServerAct::say;
  std::string bytes{};
  Milliseconds wait{0};   // before the first byte
  std::string opening{};  // of drip and flood: sent once, at full speed

  bool operator==(const ServerMove&) const = default;
};

// How a server shakes hands. `farewell`: it ends the connection right after its own part.
enum class Handshake : uint8_t { usual, hang, close, reset, farewell };

// Whether a connection comes about at all.
enum class Arrival : uint8_t { accepted, refused, unanswered };

Arrival arrival(std::string_view misbehaviour);
Handshake handshake_of(std::string_view misbehaviour);

}  // namespace mailfleet

#include "world/server_move.h"

namespace mailfleet {

Arrival arrival(std::string_view misbehaviour) {
  if (misbehaviour == "refuse") return Arrival::refused;
  if (misbehaviour == "timeout") return Arrival::unanswered;
  return Arrival::accepted;
}

Handshake handshake_of(std::string_view misbehaviour) {
  if (misbehaviour == "silent-in-handshake") return Handshake::hang;
  if (misbehaviour == "close-in-handshake") return Handshake::close;
  if (misbehaviour == "reset-in-handshake") return Handshake::reset;
  if (misbehaviour == "close-after-handshake") return Handshake::farewell;
  return Handshake::usual;
}

}  // namespace mailfleet

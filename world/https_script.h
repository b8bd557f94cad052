// What a world's policy host answers to a request, without the network. Pure.
#pragma once

#include "world/server_move.h"

namespace mailfleet {

ServerMove answer_request(const WorldHttps& server);

}  // namespace mailfleet

// The lab's name server: what it answers to a packet. Looks like a recursive server to those who
// forward to it. Signed names are signed, all others provably unsigned. Pure but for the
// signatures' randomness; the sockets are lab_dns_server.h's.
#pragma once

#include "world/dns_message.h"
#include "world/lab_addresses.h"
#include "world/root_signer.h"
#include "world/world.h"

namespace mailfleet {

struct LabAnswer {
  std::string packet{};   // empty: no answer, ever
  Milliseconds delay{0};  // before it is sent
};

struct LabNames {
  const LabAddresses& addresses;
  const RootSigner& signer;
};

// `limit`: the longest packet the transport takes besides the client's own limit. `turn`: which of
// several records comes first, since resolvers rotate them.
LabAnswer answer_packet(const World& world, const LabNames& lab, std::string_view packet,
                        size_t limit, size_t turn = 0);

}  // namespace mailfleet

// One client of the lab's mail or policy servers: plays the moves of a script over a connection.
// Lives until the connection ends; a misbehaving server waits for the client to lose patience.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "world/world.h"
#include "world/world_servers.h"

namespace mailfleet {

// What the sessions share. The world is replaced whole at each event; a session keeps its own.
struct LabStage {
  std::shared_ptr<const World> world{};
  WorldServers* servers = nullptr;  // outlives every session
};

void start_smtp_session(boost::asio::ip::tcp::socket socket, const LabStage& stage,
                        const Address& address);
void start_https_session(boost::asio::ip::tcp::socket socket, const LabStage& stage,
                         const Address& address);

}  // namespace mailfleet

// A world on loopback sockets, without privileges: its DNS, mail servers and policy hosts, so that
// a monitor can be pointed at them as if they were the Internet. [[event]] tables happen from the
// start on. It lives in real time: the world's `now` is left aside.
//
// Everything on the caller's io_context, one thread. Throws std::runtime_error (also as
// boost::system::system_error) when it cannot start.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "world/world.h"

namespace mailfleet {

struct LabSettings {
  uint16_t dns_port = 0;  // 0 picks a free one
  uint16_t smtp_port = 0;
  uint16_t https_port = 0;
  std::string folder{};  // for the trust anchor and the CA; must exist
};

class Lab {
 public:
  Lab(boost::asio::io_context& network, World world, LabSettings settings, Time now);
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // The next [[event]] happens now, whatever its time. False when there is none left.
  bool next_event();

  const LabSettings& settings() const;  // with the ports in use
  std::string trust_anchor_file() const;
  std::string ca_file() const;
  // TOML for the monitor's configuration.
  std::string config_fragment() const;
  // The loopback address behind which an address of the world is served.
  std::optional<Address> loopback(const Address& real) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mailfleet

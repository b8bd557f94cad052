#include "world/lab.h"

#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <stdexcept>

#include "world/lab_addresses.h"
#include "world/lab_dns_server.h"
#include "world/lab_listener.h"
#include "world/lab_session.h"

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path + ": cannot be written");
}

// A port that is free on every address, and stays ours as long as the socket lives: it is bound to
// all of them without listening, which lets those who say reuse_address listen on one.
tcp::socket reserve_port(asio::io_context& network, uint16_t& port) {
  tcp::socket out(network);
  if (port != 0) return out;
  out.open(tcp::v4());
  out.set_option(asio::socket_base::reuse_address(true));
  out.bind({asio::ip::address_v4::any(), 0});
  port = out.local_endpoint().port();
  return out;
}

std::shared_ptr<const World> stage_at(const World& world, size_t stage) {
  if (stage > 0) return world.stages[stage - 1].world;
  World start = world;
  start.stages.clear();
  return std::make_shared<const World>(std::move(start));
}

}  // namespace

struct Lab::Parts {
  struct Endpoint {
    Address real{};
    std::unique_ptr<LabListener> smtp{};
    std::unique_ptr<LabListener> https{};
  };

  Parts(asio::io_context& io, World whole, LabSettings wanted, Time now)
      : network(io),
        settings(std::move(wanted)),
        servers(now),
        world(std::move(whole)),
        addresses(world),
        signer(now),
        smtp_port(reserve_port(io, settings.smtp_port)),
        https_port(reserve_port(io, settings.https_port)),
        timer(io),
        started(std::chrono::steady_clock::now()) {
    resolve_tlsa(world, servers.maker());
    write_file(settings.folder + "/root.key", signer.trust_anchor());
    write_file(settings.folder + "/ca.pem", servers.maker().ca_pem());
    make_listeners();
    enter(0);
    start_dns();
  }

  void make_listeners() {
    for (const auto& [real, stand_in] : addresses.by_real()) {
      Endpoint endpoint{.real = real};
      endpoint.smtp = std::make_unique<LabListener>(
          network, stand_in, settings.smtp_port, [this, at = real](tcp::socket socket) {
            start_smtp_session(std::move(socket), stage, at);
          });
      endpoint.https = std::make_unique<LabListener>(
          network, stand_in, settings.https_port, [this, at = real](tcp::socket socket) {
            start_https_session(std::move(socket), stage, at);
          });
      endpoints.push_back(std::move(endpoint));
    }
  }

  void start_dns() {
    dns = std::make_unique<LabDnsServer>(
        network, settings.dns_port, [this](std::string_view packet, size_t limit) {
          return answer_packet(*stage.world, {addresses, signer}, packet, limit, turn++);
        });
    settings.dns_port = dns->port();
  }

  // From now on the world is as that stage has it.
  void enter(size_t number) {
    entered = number;
    stage = {stage_at(world, number), &servers};
    for (const Endpoint& endpoint : endpoints) {
      const auto smtp = find_smtp(*stage.world, {}, endpoint.real);
      const auto https = find_https(*stage.world, {}, endpoint.real);
      endpoint.smtp->become(smtp.server ? arrival(smtp.server->misbehaviour) : Arrival::refused);
      endpoint.https->become(https.server ? arrival(https.server->misbehaviour) : Arrival::refused);
    }
    if (number >= world.stages.size()) return;
    timer.expires_at(started + world.stages[number].after);
    timer.async_wait([this, number](Error error) {
      if (!error) enter(number + 1);
    });
  }

  asio::io_context& network;
  LabSettings settings;
  WorldServers servers;
  World world;
  LabAddresses addresses;
  RootSigner signer;
  tcp::socket smtp_port;  // reserved
  tcp::socket https_port;
  asio::steady_timer timer;
  std::chrono::steady_clock::time_point started;
  LabStage stage{};
  size_t turn = 0;  // of the records in an answer
  size_t entered = 0;  // number of the stage
  std::vector<Endpoint> endpoints{};
  std::unique_ptr<LabDnsServer> dns{};
};

Lab::Lab(asio::io_context& network, World world, LabSettings settings, Time now)
    : parts_(std::make_unique<Parts>(network, std::move(world), std::move(settings), now)) {}

Lab::~Lab() = default;

bool Lab::next_event() {
  if (parts_->entered == parts_->world.stages.size()) return false;
  parts_->enter(parts_->entered + 1);
  return true;
}

const LabSettings& Lab::settings() const { return parts_->settings; }

std::string Lab::trust_anchor_file() const { return parts_->settings.folder + "/root.key"; }

std::string Lab::ca_file() const { return parts_->settings.folder + "/ca.pem"; }

std::optional<Address> Lab::loopback(const Address& real) const {
  return parts_->addresses.loopback(real);
}

std::string Lab::config_fragment() const {
  const LabSettings& in_use = parts_->settings;
  return "[resolver]\n"
         "forward = [\"127.0.0.1:" +
         std::to_string(in_use.dns_port) +
         "\"]\n"
         "trust_anchor_file = \"" +
         trust_anchor_file() +
         "\"\n"
         "cache_max_ttl = \"5s\"\n"
         "\n"
         "[probe]\n"
         "smtp_port = " +
         std::to_string(in_use.smtp_port) +
         "\n"
         "https_port = " +
         std::to_string(in_use.https_port) +
         "\n"
         "ca_file = \"" +
         ca_file() +
         "\"\n"
         "allow_addresses = [\"127.0.0.0/8\"]\n"
         "per_address_per_minute = 600\n"
         "\n"
         "# ready\n";
}

}  // namespace mailfleet

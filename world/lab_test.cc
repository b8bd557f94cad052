#include "world/lab.h"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "world/dns_message.h"
#include "world/lab_addresses.h"
#include "world/rdata.h"
#include "world/read_world.h"

using namespace mailfleet;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using Error = boost::system::error_code;

// A lab on a thread of its own, so that a client may simply block.
class Running {
 public:
  explicit Running(std::string_view toml)
      : lab_(network_, read_world(toml, "w.toml"), {.folder = folder()}, now()) {
    thread_ = std::thread([this] { network_.run(); });
  }
  ~Running() {
    network_.stop();
    thread_.join();
    std::filesystem::remove_all(lab_.settings().folder);
  }
  const Lab& lab() const { return lab_; }

  // Everything the mail server at the address says to these lines, until it ends the connection.
  std::string talk(std::string_view address, std::string_view lines, Error& error) const {
    asio::io_context io;
    tcp::socket socket(io);
    const std::string host = lab_.loopback(*Address::parse(address))->text();
    socket.connect({asio::ip::make_address(host), lab_.settings().smtp_port}, error);
    std::string heard;
    if (error) return heard;
    asio::read_until(socket, asio::dynamic_buffer(heard), '\n', error);
    if (error) return heard;
    asio::write(socket, asio::buffer(lines), error);
    asio::read(socket, asio::dynamic_buffer(heard), error);
    return heard;
  }
  std::string talk(std::string_view address, std::string_view lines) const {
    Error error;
    return talk(address, lines, error);
  }

  std::string ask_udp(const std::string& packet) const {
    asio::io_context io;
    udp::socket socket(io, udp::v4());
    socket.send_to(asio::buffer(packet),
                   {asio::ip::address_v4::loopback(), lab_.settings().dns_port});
    std::array<char, 4096> buffer{};
    return {buffer.data(), socket.receive(asio::buffer(buffer))};
  }

  std::string ask_tcp(const std::string& packet) const {
    asio::io_context io;
    tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), lab_.settings().dns_port});
    std::string framed;
    append_number(framed, static_cast<uint32_t>(packet.size()), 2);
    asio::write(socket, asio::buffer(framed + packet));
    std::array<uint8_t, 2> length{};
    asio::read(socket, asio::buffer(length));
    std::string reply(static_cast<size_t>(length[0]) << 8 | length[1], '\0');
    asio::read(socket, asio::buffer(reply));
    return reply;
  }

 private:
  static Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }
  static std::string folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lab-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()));
    return pattern;
  }

  asio::io_context network_{1};
  Lab lab_;
  std::thread thread_;
};

std::string query(std::string_view name, uint16_t type) {
  std::string out;
  append_number(out, 0x1234, 2);
  append_number(out, 0x0100, 2);
  append_number(out, 0x00010000, 4);
  append_number(out, 0, 4);
  out += wire_name(*Name::from_dns(name));
  append_number(out, type, 2);
  append_number(out, 1, 2);
  return out;
}

int rcode(const std::string& reply) { return reply[3] & 0x0f; }
bool truncated(const std::string& reply) { return (reply[2] & 0x02) != 0; }
int answers(const std::string& reply) { return reply[6] << 8 | reply[7]; }

constexpr std::string_view small = R"(
[dns."x.example"]
mx = ["10 mx.x.example"]
[dns."mx.x.example"]
a = ["192.0.2.1"]
aaaa = ["2001:db8::1"]
[dns."gone.example"]
a = ["192.0.2.9"]
[dns."s.example"]
rcode = "SERVFAIL"
[smtp."mx.x.example"]
banner = "220 mx.x.example ready"
[smtp."192.0.2.2"]
misbehaviour = "masked"
[smtp."192.0.2.3"]
misbehaviour = "close-after-ehlo"
[smtp."192.0.2.4"]
misbehaviour = "421"
[smtp."192.0.2.5"]
misbehaviour = "refuse"
)";

}  // namespace

TEST_CASE("lab: each address of the world has its own on loopback") {
  const World world =
      read_world(std::string(small) + "[dns.\"l\"]\na = [\"127.10.0.1\"]\n", "w.toml");
  const LabAddresses addresses(world);
  CHECK(addresses.loopback(*Address::parse("127.10.0.1"))->text() == "127.10.0.1");
  CHECK(addresses.loopback(*Address::parse("192.0.2.1"))->text() == "127.10.0.3");
  CHECK(addresses.loopback(*Address::parse("192.0.2.9"))->text() == "127.10.0.8");
  CHECK(addresses.loopback(*Address::parse("2001:db8::1"))->is_v4());
  CHECK(!addresses.loopback(*Address::parse("203.0.113.1")));
  CHECK(addresses.real(*Address::parse("127.10.0.3"))->text() == "192.0.2.1");
}

TEST_CASE("lab: DNS answers over UDP and TCP") {
  const Running running(small);
  const std::string mx = running.ask_udp(query("x.example", 15));
  CHECK(rcode(mx) == 0);
  CHECK(answers(mx) == 1);
  CHECK(running.ask_tcp(query("x.example", 15)) == mx);
  CHECK(rcode(running.ask_udp(query("nowhere.example", 15))) == rcode_nxdomain);
  CHECK(rcode(running.ask_udp(query("s.example", 15))) == rcode_servfail);
  CHECK(answers(running.ask_udp(query("mx.x.example", 28))) == 0);
  const std::string a = running.ask_udp(query("mx.x.example", 1));
  CHECK(answers(a) == 1);
  CHECK(a.ends_with(std::string("\x7f\x0a\x00\x02", 4)));
}

TEST_CASE("lab: what does not fit into UDP comes over TCP") {
  const Running running("[dns.\"x.example\"]\ntxt = [\"" + std::string(2000, 'x') + "\"]\n");
  const std::string cut = running.ask_udp(query("x.example", 16));
  CHECK(truncated(cut));
  CHECK(cut.size() <= 512);
  const std::string whole = running.ask_tcp(query("x.example", 16));
  CHECK(!truncated(whole));
  CHECK(whole.size() > 2000);
}

TEST_CASE("lab: mail servers say what the world says") {
  const Running running(small);
  const std::string heard = running.talk("192.0.2.1", "EHLO me\r\nFOO\r\nQUIT\r\n");
  CHECK(heard.starts_with("220 mx.x.example ready\r\n250-mx.x.example\r\n"));
  CHECK(heard.find("250 STARTTLS\r\n502 ") != std::string::npos);
  CHECK(heard.ends_with("221 2.0.0 Bye\r\n"));
  const std::string masked = running.talk("192.0.2.2", "EHLO me\r\nQUIT\r\n");
  CHECK(masked.find("XXXXXXXA") != std::string::npos);
  CHECK(masked.find("STARTTLS") == std::string::npos);
  const std::string closing = running.talk("192.0.2.3", "EHLO me\r\n");
  CHECK(closing.ends_with("250 STARTTLS\r\n"));
  CHECK(running.talk("192.0.2.4", "QUIT\r\n").starts_with("421 "));
}

TEST_CASE("lab: a server that refuses, and a host without one, refuse the connection") {
  const Running running(small);
  Error error;
  running.talk("192.0.2.5", "", error);
  CHECK(error == asio::error::connection_refused);
  running.talk("192.0.2.9", "", error);
  CHECK(error == asio::error::connection_refused);
}

TEST_CASE("lab: an event of the story happens at its moment") {
  const Running running(
      "[dns.\"x.example\"]\ntxt = [\"v\"]\n[[event]]\nafter = \"0s\"\n"
      "[event.dns.\"x.example\"]\nrcode = \"REFUSED\"\n");
  // The story's timer is already due when the first packet is read, or soon after.
  int seen = 0;
  for (int i = 0; i < 10000 && seen == 0; ++i)
    seen = rcode(running.ask_udp(query("x.example", 16)));
  CHECK(seen == rcode_refused);
}

TEST_CASE("lab: the printed configuration names ports and files") {
  const Running running(small);
  const std::string text = running.lab().config_fragment();
  CHECK(text.find("127.0.0.1:" + std::to_string(running.lab().settings().dns_port)) !=
        std::string::npos);
  CHECK(text.find("smtp_port = " + std::to_string(running.lab().settings().smtp_port)) !=
        std::string::npos);
  CHECK(std::filesystem::exists(running.lab().ca_file()));
  CHECK(std::filesystem::exists(running.lab().trust_anchor_file()));
}

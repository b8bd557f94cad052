// A front door of SMTP for servers that speak TLS only, such as openssl s_server: greets, offers
// STARTTLS, and after its 220 passes octets on both ways. Doors that misbehave need no server
// behind. One thread, one connection at a time a door; every door has a loopback address of its own
// and all share one port, as mail hosts do.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace mailfleet {

struct SmtpDoor {
  enum class Manner : uint8_t {
    honest,
    silent,   // never greets
    drip,     // greets for ever, an octet at a time
    hang_up,  // closes instead of greeting
    greet_421,
    greet_554,
    starttls_454,
    starttls_silent,  // 220 to STARTTLS, and no word of TLS
    starttls_reset    // 220 to STARTTLS, then a reset
  };
  Manner manner = Manner::honest;
  uint16_t server_port = 0;  // of the TLS server behind, on 127.0.0.1
  int server_input = -1;     // its standard input: told to answer what is said inside TLS
};

class SmtpFront {
 public:
  explicit SmtpFront(std::map<std::string, SmtpDoor> doors);  // by address
  ~SmtpFront();
  SmtpFront(const SmtpFront&) = delete;
  SmtpFront& operator=(const SmtpFront&) = delete;

  uint16_t port() const { return port_; }

 private:
  void serve(const SmtpDoor& door, int listener);

  uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::vector<int> listeners_{};
  std::vector<std::thread> threads_{};
};

}  // namespace mailfleet

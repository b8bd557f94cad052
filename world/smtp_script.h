// What a world's mail server says and does, without the network: lines in, moves out. The lab
// plays it over sockets, the in-memory prober feeds it to the monitor's own dialogue. Pure.
#pragma once

#include <string>
#include <string_view>

#include "world/world.h"

namespace mailfleet {

// say: send `bytes` and wait for the client. drip: send them one by one, a second each, for ever
// anew. flood: send them for ever, as fast as the client reads. start_tls: send them, then shake
// hands. close, reset: send them, then end the connection politely or by RST. hang: nothing more.
enum class SmtpAct : uint8_t { say, drip, flood, start_tls, close, reset, hang };

struct SmtpMove {
  SmtpAct act = SmtpAct::say;
  std::string bytes{};
  Milliseconds wait{0};  // before the first byte

  bool operator==(const SmtpMove&) const = default;
};

// How the server shakes hands. `farewell`: it ends the connection right after its own part.
enum class Handshake : uint8_t { usual, hang, close, reset, farewell };

class SmtpScript {
 public:
  // `host`: what the server calls itself.
  SmtpScript(const WorldSmtp& server, std::string host);

  SmtpMove on_connect();
  SmtpMove on_line(std::string_view line);  // without its line end
  void on_tls() { inside_tls_ = true; }     // the handshake is done

 private:
  SmtpMove on_ehlo() const;
  SmtpMove on_starttls() const;

  WorldSmtp server_;
  std::string host_;
  bool inside_tls_ = false;
};

// The server with those misbehaviours that are but other words written out: "454" is a reply.
WorldSmtp spelled_out(WorldSmtp server);

// From here on the misbehaviour begins before a byte is sent.
enum class Arrival : uint8_t { accepted, refused, unanswered };
Arrival arrival(std::string_view misbehaviour);
Handshake handshake_of(std::string_view misbehaviour);

}  // namespace mailfleet

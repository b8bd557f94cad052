// What a world's mail server says and does, without the network: lines in, moves out. The lab
// plays it over sockets, the in-memory prober feeds it to the monitor's own dialogue. Pure.
#pragma once

#include <string>
#include <string_view>

#include "world/server_move.h"

namespace mailfleet {

class SmtpScript {
 public:
  // `host`: what the server calls itself.
  SmtpScript(const WorldSmtp& server, std::string host);

  ServerMove on_connect();
  ServerMove on_line(std::string_view line);  // without its line end
  void on_tls() { inside_tls_ = true; }       // the handshake is done

 private:
  ServerMove on_ehlo() const;
  ServerMove on_starttls() const;

  WorldSmtp server_;
  std::string host_;
  bool inside_tls_ = false;
};

// The server with those misbehaviours that are but other words written out: "454" is a reply.
WorldSmtp spelled_out(WorldSmtp server);

}  // namespace mailfleet

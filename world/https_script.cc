#include "world/https_script.h"

namespace mailfleet {
namespace {

constexpr size_t large_body = 256 * 1024;

std::string response(int status, const std::string& content_type, const std::string& location,
                     const std::string& body) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " as the world says\r\n";
  if (!content_type.empty()) out += "Content-Type: " + content_type + "\r\n";
  if (!location.empty()) out += "Location: " + location + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         body;
}

ServerMove misbehaving(const WorldHttps& server) {
  const std::string& wrong = server.misbehaviour;
  const std::string start = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
  if (wrong == "drip" || wrong == "slow-drip" || wrong == "tarpit")
    return {.act = ServerAct::drip, .bytes = "X-Slow: yes\r\n", .opening = start};
  if (wrong == "flood")
    return {.act = ServerAct::flood, .bytes = "more and more\n", .opening = start + "\r\n"};
  if (wrong == "header-flood")
    return {.act = ServerAct::flood, .bytes = "X-More: yes\r\n", .opening = start};
  if (wrong == "too-large")
    return {.act = ServerAct::close,
            .bytes = response(200, "text/plain", "", std::string(large_body, 'x'))};
  if (wrong == "garbage") return {.act = ServerAct::close, .bytes = "no HTTP here\r\n\r\n"};
  if (wrong == "reset") return {.act = ServerAct::reset};
  if (wrong == "close") return {.act = ServerAct::close};
  if (wrong == "redirect")
    return {.act = ServerAct::close, .bytes = response(302, "", "https://elsewhere.example/", "")};
  return {.act = ServerAct::hang};  // silent, stall
}

}  // namespace

ServerMove answer_request(const WorldHttps& server) {
  ServerMove out = server.misbehaviour.empty()
                       ? ServerMove{.act = ServerAct::close,
                                    .bytes = response(server.status, server.content_type,
                                                      server.location, server.body)}
                       : misbehaving(server);
  out.wait = server.delay;
  return out;
}

}  // namespace mailfleet

#include "world/smtp_script.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr Milliseconds usual_greet_delay = std::chrono::seconds(5);

std::string crlf_lines(std::string_view text) {
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += line;
    out += "\r\n";
  }
  return out;
}

bool is_starttls(std::string_view keyword) {
  return equal_ignoring_case(split(keyword, ' ').front(), "STARTTLS");
}

}  // namespace

WorldSmtp spelled_out(WorldSmtp server) {
  const std::string wrong = server.misbehaviour;
  if (wrong == "421")
    server.banner = "421 4.3.2 Too busy, try again later";
  else if (wrong == "450" || wrong == "greylist")
    server.banner = "450 4.7.1 Greylisted, try again later";
  else if (wrong == "554")
    server.banner = "554 5.7.1 No service for you";
  else if (wrong == "454")
    server.starttls = "454 4.7.0 TLS not available at the moment";
  else if (wrong == "502")
    server.starttls = "502 5.5.1 Command not implemented";
  else if (wrong == "no-starttls")
    std::erase_if(server.ehlo, is_starttls);
  else if (wrong == "masked")
    std::ranges::replace_if(server.ehlo, is_starttls, "XXXXXXXA");
  else if (wrong == "greet-delay" && server.delay == Milliseconds(0))
    server.delay = usual_greet_delay;
  else
    return server;
  server.misbehaviour.clear();
  return server;
}

SmtpScript::SmtpScript(const WorldSmtp& server, std::string host)
    : server_(spelled_out(server)), host_(std::move(host)) {
  if (server_.banner.empty()) server_.banner = "220 " + host_ + " ESMTP";
}

ServerMove SmtpScript::on_connect() {
  const std::string& wrong = server_.misbehaviour;
  const std::string banner = crlf_lines(server_.banner);
  if (wrong == "silent") return {.act = ServerAct::hang};
  if (wrong == "drip" || wrong == "slow-drip" || wrong == "tarpit")
    return {.act = ServerAct::drip, .bytes = "220-" + host_ + " "};
  if (wrong == "banner-flood")
    return {.act = ServerAct::flood, .bytes = "220-" + host_ + " and more\r\n"};
  if (wrong == "garbage") return {.act = ServerAct::close, .bytes = "\x16\x03\x01 no greeting\r\n"};
  if (wrong == "reset") return {.act = ServerAct::reset};
  if (wrong == "close") return {.act = ServerAct::close};
  if (wrong == "close-after-banner") return {.act = ServerAct::close, .bytes = banner};
  return {.bytes = banner, .wait = server_.delay};
}

ServerMove SmtpScript::on_ehlo() const {
  const std::string& wrong = server_.misbehaviour;
  if (wrong == "helo-only") return {.bytes = "502 5.5.1 Command not implemented\r\n"};
  if (wrong == "silent-after-ehlo") return {.act = ServerAct::hang};
  if (wrong == "ehlo-flood") return {.act = ServerAct::flood, .bytes = "250-X-MORE-AND-MORE\r\n"};
  std::vector<std::string> lines{host_};
  for (const std::string& keyword : server_.ehlo)
    if (!inside_tls_ || !is_starttls(keyword)) lines.push_back(keyword);
  ServerMove out;
  for (size_t i = 0; i < lines.size(); ++i)
    out.bytes += (i + 1 < lines.size() ? "250-" : "250 ") + lines[i] + "\r\n";
  if (wrong == "close-after-ehlo" && !inside_tls_) out.act = ServerAct::close;
  return out;
}

ServerMove SmtpScript::on_starttls() const {
  const bool offered = std::ranges::any_of(server_.ehlo, is_starttls);
  if (inside_tls_ || !offered) return {.bytes = "503 5.5.1 Not now\r\n"};
  ServerMove out{.bytes = crlf_lines(server_.starttls)};
  if (!out.bytes.starts_with("220")) return out;
  out.act = ServerAct::start_tls;
  if (server_.misbehaviour == "close-after-starttls") out.act = ServerAct::close;
  if (server_.misbehaviour == "inject") out.bytes += "250 2.0.0 slipped in before TLS\r\n";
  return out;
}

ServerMove SmtpScript::on_line(std::string_view line) {
  const std::string command = ascii_lower(split(line, ' ').front());
  if (command == "ehlo") return on_ehlo();
  if (command == "helo") return {.bytes = "250 " + host_ + "\r\n"};
  if (command == "starttls") return on_starttls();
  if (command == "quit") return {.act = ServerAct::close, .bytes = "221 2.0.0 Bye\r\n"};
  if (command == "noop" || command == "rset") return {.bytes = "250 2.0.0 OK\r\n"};
  return {.bytes = "502 5.5.2 Command not recognised\r\n"};
}

}  // namespace mailfleet

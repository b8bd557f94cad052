// The man pages: mailfleet(1) from the same description of the commands that --help shows, and
// mailfleet.toml(5) from the comments of the shipped config.toml. The build prints them with the
// hidden command `mailfleet man`, so they cannot say anything else than the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

struct ManualOption {
  std::string spelling{};  // "--config FILE", "DOMAIN…"
  std::string help{};
};

struct ManualCommand {
  std::string name{};  // with the command above it: "feed verify"
  std::string help{};
  std::vector<ManualOption> arguments{};
  std::vector<ManualOption> options{};
  std::string footer{};
};

struct ManOptions {
  std::string page{};  // mailfleet or mailfleet.toml
};

// roff, for man(7).
std::string command_page(std::string_view purpose, const std::vector<ManualCommand>& commands);
std::string config_page(std::string_view config_toml);

}  // namespace mailfleet

#include "monitor/config.h"
#include "tests/roots.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

namespace mailfleet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Config parsed(const std::string& text) { return parse_config(text, "etc/config.toml"); }

std::vector<std::string> problems(const std::string& text) {
  try {
    parsed(text);
  } catch (const ConfigError& error) {
    return error.problems;
  }
  return {};
}

// `[section] key` -> the value in the shipped config.toml, in comments or not. Comments of prose do
// not look like settings.
std::map<std::string, std::string> documented() {
  static const std::regex setting(R"(^(?:# )?([a-z0-9_]+) = (.*)$)");
  static const std::regex heading(R"(^(?:# )?\[\[?([a-z]+)\]?\]$)");
  std::map<std::string, std::string> out;
  std::istringstream in(file_text(fs::path(source_root()) / "config.toml"));
  std::string section;
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_match(line, match, heading))
      section = match[1];
    else if (std::regex_match(line, match, setting))
      out[section + "." + match[1].str()] = match[2];
  }
  return out;
}

}  // namespace

TEST_CASE("config: every key is documented in config.toml with its default, and no other") {
  auto in_file = documented();
  for (const ConfigKey& key : config_keys()) {
    const std::string name = key.section + "." + key.key;
    CAPTURE(name);
    const auto found = in_file.find(name);
    CHECK(found != in_file.end());
    if (found == in_file.end()) continue;
    const bool in_list =
        key.section == "fleet" || key.section == "campaign" || key.section == "maintenance";
    if (!in_list) CHECK(found->second == key.standard);
    in_file.erase(found);
  }
  for (const auto& [name, value] : in_file)
    FAIL_CHECK("config.toml documents " << name << ", which does not exist");
}

TEST_CASE("config: the shipped file is good, also with every comment taken away") {
  const fs::path file = fs::path(source_root()) / "config.toml";
  CHECK(read_config(file).fleets.size() == 1);
  CHECK(read_config(file).fleets[0].file == fs::path(source_root()) / "fleets/wales.csv");
  std::string text = file_text(file);
  text = std::regex_replace(text, std::regex(R"((^|\n)# (\[\[?[a-z]+\]?\]|[a-z0-9_]+ = [^\n]*))"),
                            "$1$2");
  text = std::regex_replace(text, std::regex(R"((^|\n)domains = \[\]\n)"), "$1");  // or sector
  for (const std::string& problem : problems(text)) FAIL_CHECK(problem);
  const Config config = parsed(text);
  CHECK(config.campaigns.size() == 1);
  CHECK(config.maintenances.at(0).until == parse_time("2027-01-10T06:00:00Z"));
}

TEST_CASE("config: an empty file means the defaults") {
  const Config config = parsed("");
  CHECK(config.monitor.interval == 6h);
  CHECK(config.probe.per_address_per_minute == 2);
  CHECK(config.http.listen == std::vector{*AddressPort::parse("127.0.0.1:9970")});
  CHECK(config.fleets.empty());
}

TEST_CASE("config: values are read as written") {
  const Config config = parsed(R"(
[monitor]
data_dir = "/var/lib/mailfleet"
interval = "10m"
log_level = "debug"
log_format = "json"
[resolver]
forward = ["127.0.0.1:5335", "[::1]:53"]
timeout = "500ms"
trust_anchor_file = "anchor.key"
[probe]
allow_addresses = ["127.0.0.0/8", "::1"]
no_scan = ["Quiet.gov.uk", "192.0.2.0/24"]
per_address_per_minute = 600
[http]
listen = "127.0.0.1:0"
base_url = "https://mail.example.gov.uk/"
[metrics]
per_domain = "none"
[[fleet]]
file = "a.csv"
[[fleet]]
file = "b.txt"
sector = "health"
[[campaign]]
name = "one"
domains = ["llanfair.gov.wales", "b\u00fcro.example"]
tls_ready = "2026-12-01"
)");
  CHECK(config.monitor.data_dir == "/var/lib/mailfleet");
  CHECK(config.monitor.interval == 10min);
  CHECK(config.monitor.log_level == LogLevel::debug);
  CHECK(config.monitor.log_format == LogFormat::json);
  REQUIRE(config.resolver.forward.size() == 2);
  CHECK(config.resolver.forward[1].text() == "[::1]:53");
  CHECK(config.resolver.timeout == 500ms);
  CHECK(config.resolver.trust_anchor_file == "etc/anchor.key");
  CHECK(config.probe.allow_addresses.size() == 2);
  CHECK(config.probe.no_scan == std::vector<std::string>{"quiet.gov.uk", "192.0.2.0/24"});
  CHECK(config.http.listen.at(0).port == 0);
  CHECK(config.http.base_url == "https://mail.example.gov.uk");
  CHECK(config.metrics.per_domain == PerDomainMetrics::none);
  CHECK(config.fleets.at(0).file == "etc/a.csv");
  CHECK(config.fleets.at(1).sector == "health");
  CHECK(config.campaigns.at(0).domains.at(1).text() == "xn--bro-hoa.example");
  CHECK(config.campaigns.at(0).tls_ready == parse_time("2026-12-01"));
}

// Each file under tests/config is wrong in one way; its first line says what must be answered.
TEST_CASE("config: what is wrong is refused, with file, line, key and what is allowed") {
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(source_root()) / "tests/config")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("invalid-")) continue;
    ++files;
    CAPTURE(name);
    const std::string text = file_text(entry.path());
    const std::string expected = text.substr(2, text.find('\n') - 2);  // after "# "
    const auto found = problems(text);
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "etc/config.toml:" + expected);
  }
  CHECK(files > 25);
}

TEST_CASE("config: all problems are told, from the top of the file") {
  const auto found =
      problems("[http]\nlistne = 1\n[monitor]\ninterval = 5\ninterval_parked = \"x\"\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("etc/config.toml:2: "));
  CHECK(found[1].starts_with("etc/config.toml:4: "));
  CHECK(found[2].starts_with("etc/config.toml:5: "));
}

TEST_CASE("config: a file that is not there or no file is refused") {
  CHECK_THROWS_WITH_AS(read_config("/nonexistent/x.toml"), "/nonexistent/x.toml: cannot be read",
                       ConfigError);
  CHECK_THROWS_AS(read_config("/"), ConfigError);
}

TEST_CASE("config: addresses with ports") {
  const auto text = [](const char* in) {
    const auto parsed_one = AddressPort::parse(in);
    return parsed_one ? parsed_one->text() : "no";
  };
  CHECK(text("127.0.0.1:53") == "127.0.0.1:53");
  CHECK(text("[2001:db8::1]:53") == "[2001:db8::1]:53");
  for (const char* bad :
       {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:5x",
        "2001:db8::1:53", "[127.0.0.1]:53", "[::1]", "localhost:53", "[::1]53"})
    CHECK(text(bad) == std::string("no"));
}

}  // namespace mailfleet

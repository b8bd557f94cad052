// The same world judged in memory and over the lab's sockets by the real prober must give the same
// judgements: then the short way to test is as good as the long one.
#include <doctest/doctest.h>

#include <toml++/toml.h>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "checks/registry.h"
#include "monitor/probe/prober.h"
#include "monitor/scan.h"
#include "tests/roots.h"
#include "tests/table.h"
#include "world/lab.h"
#include "world/read_world.h"
#include "world/world_prober.h"

using namespace mailfleet;

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The world moved to loopback addresses, so that both ways see the same ones, without IPv6, of
// which loopback has one address only, and without long waits.
std::string moved(std::string text) {
  text = std::regex_replace(text, std::regex("192\\.0\\.2\\."), "127.20.0.");
  text = std::regex_replace(text, std::regex("\\.2\\.0\\.192\\.in-addr"), ".0.20.127.in-addr");
  text = std::regex_replace(text, std::regex("\naaaa = [^\n]*"), "");
  return std::regex_replace(text, std::regex("delay = \"[^\"]*\""), "delay = \"5ms\"");
}

// Facts that need not agree: every world makes keys of its own, only the lab's answers carry
// signatures, and the two explain in their own words.
bool is_incidental(std::string_view key) {
  return key == "sha256" || key == "why" || key == "signatures_expire";
}

// The resolver knows the reverse names of loopback addresses better than the lab.
bool is_local(std::string_view) { return false; }

Value comparable(const Value& value) {
  if (value.is_list()) {
    Value::List items;
    for (const Value& item : value.items()) items.push_back(comparable(item));
    return Value(std::move(items));
  }
  if (!value.is_object()) return value;
  Value::Object members;
  for (const auto& [key, member] : value.members()) {
    if (is_incidental(key)) continue;
    // A resolver may pass a refusal on, or say SERVFAIL once it has tried often enough.
    const bool refused = key == "status" && member == Value("refused");
    members.emplace_back(key, refused ? Value("servfail") : comparable(member));
  }
  return Value(std::move(members));
}

std::string comparable(const Judgement& judgement) {
  std::string out = judgement.level ? std::to_string(*judgement.level) : "unknown";
  std::vector<std::string> findings;
  for (const Finding& finding : judgement.findings)
    findings.push_back(finding.code + " " + finding.subject);
  std::ranges::sort(findings);
  for (const std::string& finding : findings) out += "\n" + finding;
  return out + "\n" + to_json(comparable(judgement.facts));
}

std::vector<std::string> domains_of(const fs::path& world) {
  fs::path expectations = world;
  expectations.replace_extension(".expect.toml");
  std::vector<std::string> out;
  for (const auto& [name, node] : toml::parse_file(expectations.string()))
    out.emplace_back(name.str());
  return out;
}

ProbeSettings settings_for(const Lab& lab) {
  ProbeSettings out;
  out.resolver.forward = {"127.0.0.1:" + std::to_string(lab.settings().dns_port)};
  out.resolver.trust_anchor_file = lab.trust_anchor_file();
  out.resolver.timeout = seconds(4);
  out.reach = {.smtp_port = lab.settings().smtp_port,
               .https_port = lab.settings().https_port,
               .allow = {*Network::parse("127.0.0.0/8")}};
  out.ehlo_name = "probe.example";
  out.ca_file = lab.ca_file();
  out.per_address_per_minute = 600;
  out.rate_window = milliseconds(10);
  out.connect_timeout = seconds(4);
  out.banner_timeout = seconds(4);
  out.smtp_deadline = seconds(20);
  out.https_deadline = seconds(20);
  out.loop_lag = seconds(10);  // a busy machine is no reason to look again here
  return out;
}

class Agreement {
 public:
  explicit Agreement(const fs::path& file)
      : now_(std::chrono::floor<Seconds>(std::chrono::system_clock::now())),
        folder_(scratch()),
        world_(read_world(moved(text_of(file)), file.filename().string())),
        lab_(network_, world_, {.folder = folder_}, now_),
        memory_(make_world_prober(world_, now_)),
        real_(network_, settings_for(lab_), [this] { return now_; }) {}
  ~Agreement() { fs::remove_all(folder_); }

  void check(const std::vector<std::string>& domains) {
    std::vector<ScanResult> seen(domains.size());
    size_t open = domains.size();
    for (size_t i = 0; i < domains.size(); ++i)
      look(real_, domains[i], [&, i](ScanResult result) {
        seen[i] = std::move(result);
        if (--open == 0) network_.stop();
      });
    network_.run();
    for (size_t i = 0; i < domains.size(); ++i) compare(domains[i], seen[i]);
  }

 private:
  static std::string scratch() {
    std::string pattern = (fs::temp_directory_path() / "agreement-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()));
    return pattern;
  }

  void look(Prober& prober, const std::string& domain, std::function<void(ScanResult)> done) {
    run_scan(domain_named(domain), all_checks(), prober, AskMode::normal, now_,
             std::chrono::steady_clock::now() + std::chrono::minutes(2), std::move(done));
  }

  void compare(const std::string& domain, const ScanResult& seen) {
    CAPTURE(domain);
    ScanResult expected;
    look(*memory_, domain, [&](ScanResult result) { expected = std::move(result); });
    REQUIRE(seen.judgements.size() == expected.judgements.size());
    for (size_t i = 0; i < seen.judgements.size(); ++i) {
      if (is_local(all_checks()[i]->id)) continue;
      CAPTURE(all_checks()[i]->id);
      CHECK(comparable(seen.judgements[i]) == comparable(expected.judgements[i]));
    }
  }

  Time now_;
  std::string folder_;
  boost::asio::io_context network_{1};
  World world_;
  Lab lab_;
  std::unique_ptr<Prober> memory_;
  NetworkProber real_;
};

}  // namespace

TEST_CASE("lab: the same world judged in memory and over sockets agrees") {
  for (const char* name : {"senders", "receivers", "policies", "troubles"}) {
    CAPTURE(name);
    const fs::path file = fs::path(source_root() + "/tests/worlds") / (std::string(name) + ".toml");
    Agreement(file).check(domains_of(file));
  }
}

#include "monitor/cli/commands.h"
#include "monitor/clock.h"
#include "monitor/data_lock.h"
#include "monitor/store/database.h"
#include "tests/roots.h"
#include "tests/scratch_folder.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

namespace mailfleet {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = 0;
  std::string out{};
  std::string err{};
};

// Runs a command line with what it writes caught.
Ran run(std::vector<const char*> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const old_err = std::cerr.rdbuf(err.rdbuf());
  arguments.insert(arguments.begin(), "mailfleet");
  const int status = run_command_line(static_cast<int>(arguments.size()), arguments.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {status, out.str(), err.str()};
}

// A file that goes away with the test, and with it what SQLite lays beside it.
class Scratch {
 public:
  Scratch(const char* name, std::string_view text)
      : path_((fs::temp_directory_path() / (std::to_string(getpid()) + "-" + name)).string()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    for (const char* ending : {"", "-wal", "-shm"}) fs::remove(path_ + ending);
  }
  const char* path() const { return path_.c_str(); }

 private:
  std::string path_;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::string_view world = R"(
now = "2026-11-21T12:00:00Z"
[dns."council.gov.uk"]
mx = ["10 mx1.council.gov.uk"]
txt = ["v=spf1 ip4:192.0.2.0/24 -all"]
[dns."_dmarc.council.gov.uk"]
txt = ["v=DMARC1; p=reject; rua=mailto:d@council.gov.uk"]
[dns."mx1.council.gov.uk"]
a = ["192.0.2.1"]
[smtp."mx1.council.gov.uk"]
banner = "220 mx1 ESMTP"
[dns."down.gov.uk"]
rcode = "SERVFAIL"
[dns."_dmarc.down.gov.uk"]
rcode = "SERVFAIL"
[dns."_mta-sts.down.gov.uk"]
rcode = "SERVFAIL"
[dns."_smtp._tls.down.gov.uk"]
rcode = "SERVFAIL"
[dns."_domainkey.down.gov.uk"]
rcode = "SERVFAIL"
)";

}  // namespace

TEST_CASE("command line: help, version and mistakes") {
  CHECK(run({"--version"}).status == 0);
  CHECK(run({"--version"}).out.starts_with("mailfleet 0."));
  CHECK(has(run({"--help"}).out, "check"));
  CHECK(has(run({"check", "--help"}).out, "Examples:"));
  CHECK(run({}).status == 2);
  CHECK(run({"chekc"}).err ==
        "mailfleet: unknown command \"chekc\"; did you mean \"check\"? (mailfleet --help says what "
        "there is)\n");
  CHECK(run({"check"}).status == 2);
  CHECK(run({"check", "council.gov.uk", "--fail-on", "info"}).status == 2);
  CHECK(run({"check", "council.gov.uk", "--lang", "fr"}).status == 2);
  CHECK(run({"check", "localhost"}).err ==
        "mailfleet: \"localhost\": a single word, not a domain\n");
  CHECK(run({"check", "a.example", "--config", "/nonexistent.toml"}).status == 2);
  CHECK(run({"check", "a.example", "--world", "/nonexistent.toml"}).status == 2);
}

TEST_CASE("command line: a domain is checked in a world") {
  const Scratch file("world.toml", world);
  const Scratch config("empty.toml", "");
  const auto check = [&](std::vector<const char*> more) {
    more.insert(more.begin(), {"check", "--world", file.path(), "--config", config.path()});
    return run(std::move(more));
  };
  SUBCASE("for people") {
    const Ran ran = check({"https://council.gov.uk/contact"});
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "council.gov.uk  2026-11-21T12:00:00Z"));
    CHECK(has(ran.out, "reject"));
    CHECK(has(ran.err, "understood from a web address"));
    CHECK(ran.out.find('\x1b') == std::string::npos);  // no terminal, no colours
  }
  SUBCASE("for programs") {
    const Ran ran = check({"--json", "council.gov.uk", "down.gov.uk"});
    CHECK(ran.status == 3);
    CHECK(ran.out.starts_with("[\n"));
    CHECK(has(ran.out, "\"domain\": \"council.gov.uk\""));
    CHECK(has(ran.out, "\"eligible\""));
  }
  SUBCASE("the exit status") {
    CHECK(check({"council.gov.uk"}).status == 0);
    CHECK(has(check({"council.gov.uk"}).out, "Who may send (SPF)"));
    CHECK(has(check({"council.gov.uk", "--lang", "en"}).out, "To put right: "));
    const std::string welsh = check({"council.gov.uk", "--lang", "cy"}).out;
    CHECK(has(welsh, "Pwy sy'n cael anfon (SPF)"));
    CHECK(has(welsh, "I'w gywiro: "));
    CHECK(!has(welsh, "To put right"));
    CHECK(has(check({"council.gov.uk", "--ip", "192.0.2.9", "--mail-from", "a@council.gov.uk"}).out,
              "council.gov.uk  ip4:192.0.2.0/24  match"));
    CHECK(check({"council.gov.uk", "--fail-on", "fail"}).status == 1);
    CHECK(check({"down.gov.uk"}).status == 3);
    CHECK(check({"down.gov.uk", "--fail-on", "fail"}).status == 3);
  }
  SUBCASE("a sender") {
    CHECK(has(
        check({"council.gov.uk", "--json", "--ip", "192.0.2.9", "--mail-from", "a@council.gov.uk"})
            .out,
        "\"result\": \"pass\""));
    CHECK(has(check({"council.gov.uk", "--json", "--ip", "198.51.100.9", "--mail-from",
                     "a@council.gov.uk"})
                  .out,
              "\"result\": \"fail\""));
    CHECK(check({"council.gov.uk", "--ip", "192.0.2.9", "--mail-from", ""}).status == 0);
    CHECK(has(check({"council.gov.uk", "--json", "--ip", "192.0.2.9", "--mail-from=", "--helo",
                     "council.gov.uk"})
                  .out,
              "\"identity\": \"helo\""));
    CHECK(has(check({"council.gov.uk"}).out, "Mail from 192.0.2.9 as") ==
          false);  // not of an earlier run
    CHECK(check({"council.gov.uk", "--ip", "192.0.2.9"}).status == 2);
    CHECK(check({"council.gov.uk", "--mail-from", "a@council.gov.uk"}).status == 2);
    CHECK(check({"council.gov.uk", "--ip", "x", "--mail-from", ""}).status == 2);
  }
}

TEST_CASE("command line: fleet lists") {
  const Scratch list("list.csv", "domain,sector\nA.gov.uk.,x\nb..gov.uk,x\npost@c.gov.uk,x\n");
  const Scratch config("fleet.toml", "[[fleet]]\nfile = \"" + std::string(list.path()) + "\"\n");
  const Ran json = run({"fleet", "check", list.path(), "--json"});
  CHECK(json.status == 0);
  CHECK(has(json.out, "\"accepted\": [\n    \"a.gov.uk\",\n    \"c.gov.uk\"\n  ]"));
  CHECK(has(json.out, "\"line\": 3"));
  CHECK(has(run({"fleet", "check", list.path()}).out,
            "2 domains accepted, 1 lines refused, 1 notes"));
  CHECK(has(run({"fleet", "list", "--config", config.path(), "--json"}).out,
            "\"domain\": \"c.gov.uk\""));
  CHECK(has(run({"fleet", "list", "--config", config.path()}).out, "2 domains"));
  CHECK(run({"fleet", "import", list.path()}).out.starts_with("domain,organisation"));
  CHECK(run({"fleet", "check", "/nonexistent.csv"}).status == 2);
}

TEST_CASE("command line: the configuration") {
  const Scratch bad("bad.toml", "[monitor]\nintervall = \"1h\"\n");
  const Ran ran = run({"config", "check", bad.path()});
  CHECK(ran.status == 2);
  CHECK(ran.err == "mailfleet: " + std::string(bad.path()) +
                       ":2: unknown key \"intervall\" in [monitor]; did you mean \"interval\"?\n");
  CHECK(has(run({"config", "check", bad.path(), "--json"}).out, "\"valid\": false"));
  const std::string shipped = source_root() + "/config.toml";
  CHECK(run({"config", "check", shipped.c_str()}).status == 0);
  CHECK(has(run({"limits", "--json"}).out, "mx-hosts-probed"));
}

TEST_CASE("commands: backup copies the database of the configuration") {
  const Scratch config("backup.toml", "[store]\nurl = \"sqlite:" + std::to_string(getpid()) +
                                          "-backup.db\"\n[monitor]\ndata_dir = \".\"\n");
  const Scratch database("backup.db", "");
  const Scratch copy("copy.db", "");
  const Ran none = run({"backup", copy.path(), "--config", config.path()});
  CHECK(none.status == 2);
  CHECK(has(none.err, "backup.db: is no database of mailfleet\n"));
  { Database made(database.path(), Database::Access::read_write); }
  const Ran ran = run({"backup", copy.path(), "--config", config.path()});
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "copy.db: 0 domains, 0 rows in "));
  CHECK(fs::file_size(copy.path()) == fs::file_size(database.path()));
  CHECK(has(run({"backup", copy.path(), "--config", config.path(), "--json"}).out,
            "\"domain\": {\n"));
}

TEST_CASE("commands: reports are imported, each once") {
  const Time day = std::chrono::floor<std::chrono::days>(wall_clock()) - std::chrono::days(1);
  const auto seconds = [&](Seconds later) {
    return std::to_string((day + later).time_since_epoch().count());
  };
  const std::string dmarc =
      "<feedback><report_metadata><org_name>Receiver</org_name><report_id>r-1</report_id>"
      "<date_range><begin>" +
      seconds(Seconds(0)) + "</begin><end>" + seconds(std::chrono::hours(23)) +
      "</end></date_range></report_metadata><policy_published><domain>a.gov.uk</domain>"
      "</policy_published><record><row><source_ip>192.0.2.1</source_ip><count>12</count>"
      "<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
      "</policy_evaluated></row></record></feedback>";
  const std::string tls =
      R"({"organization-name":"Receiver","date-range":{"start-datetime":")" + to_text(day) +
      R"(","end-datetime":")" + to_text(day + std::chrono::hours(23)) +
      R"("},"report-id":"t-1","policies":[{"policy":{"policy-domain":"b.gov.uk"},"summary":)"
      R"({"total-successful-session-count":5,"total-failure-session-count":0}}]})";
  const ScratchFolder folder;
  const Scratch list("reports.csv", "domain\na.gov.uk\n");
  const Scratch config("reports.toml", "[monitor]\ndata_dir = \"" + folder.path().string() +
                                           "\"\n[[fleet]]\nfile = \"" + list.path() + "\"\n");
  const Scratch first("first.xml", dmarc);
  const Scratch second("second.json", tls);
  const Scratch third("third.xml", "<feedback/>");
  const auto import = [&](std::vector<const char*> more) {
    more.insert(more.begin(), {"report", "import", "--config", config.path()});
    return run(std::move(more));
  };
  const Ran ran = import({first.path(), second.path(), third.path(), "/nonexistent.xml"});
  CHECK(ran.status == 3);
  CHECK(has(ran.out, "first.xml: accepted: Receiver, "));
  CHECK(has(ran.out, ": a.gov.uk: 12 messages, 12 pass, 0 fail\n"));
  CHECK(has(ran.out, "second.json: held: b.gov.uk is not in the fleet\n"));
  CHECK(has(ran.out, "third.xml: rejected: <feedback> has no <report_metadata>\n"));
  CHECK(has(ran.out, "/nonexistent.xml: rejected: cannot be read: No such file or directory\n"));
  CHECK(has(ran.out, "4 files: 1 accepted, 2 rejected, 0 duplicate, 1 held\n"));
  std::istringstream in(dmarc);
  std::streambuf* const old_in = std::cin.rdbuf(in.rdbuf());
  const Ran again = import({"--json", "-"});
  std::cin.rdbuf(old_in);
  CHECK(again.status == 0);
  CHECK(has(again.out, "\"file\": \"-\",\n    \"outcome\": \"duplicate\""));
  CHECK(has(again.out, "\"messages\": 12"));
  CHECK(import({}).status == 2);
  const DataLock serving(folder.path());
  CHECK(import({first.path()}).status == 2);
  CHECK(has(import({first.path()}).err, "in use by another mailfleet"));
}

TEST_CASE("commands: the manual pages say what the program and config.toml say") {
  const std::string page = run({"man", "mailfleet"}).out;
  for (const char* command : {"serve", "scan", "check", "replay", "report", "backup", "limits"}) {
    CHECK(has(page, std::string(".SS \"mailfleet ") + command));
    CHECK(has(run({"--help"}).out, command));
  }
  CHECK(has(page, ".SS \"mailfleet feed verify FILE [OPTION"));
  CHECK(has(page, ".B \"\\-\\-fail\\-on VALUE\"\n"));
  CHECK_FALSE(has(page, "mailfleet man"));

  const std::string config = run({"man", "mailfleet.toml"}).out;
  std::ifstream shipped(source_root() + "/config.toml");
  size_t keys = 0;
  for (std::string line; std::getline(shipped, line);) {
    const size_t end = line.find(" = ");
    if (end == std::string::npos || line.find(' ', 2) != (line[0] == '#' ? end : line.find(' ')))
      continue;
    const std::string key = line.substr(line[0] == '#' ? 2 : 0, end - (line[0] == '#' ? 2 : 0));
    CHECK_MESSAGE(has(config, ".B \"" + key + " = "), key);
    ++keys;
  }
  CHECK(keys > 60);
}

}  // namespace mailfleet

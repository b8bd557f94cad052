#include "monitor/log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mailfleet {
namespace {

const Time noon = *parse_time("2026-11-21T12:00:00Z");

std::string logfmt(std::string_view value) {
  return log_line(LogFormat::logfmt, noon, LogLevel::info, "seen", {{"text", value}});
}

}  // namespace

TEST_CASE("log: an event is one line") {
  CHECK(log_line(LogFormat::logfmt, noon, LogLevel::info, "listening",
                 {{"url", "http://127.0.0.1:9970"}}) ==
        "2026-11-21T12:00:00Z info listening url=http://127.0.0.1:9970");
  CHECK(log_line(LogFormat::json, noon, LogLevel::warning, "scan slow",
                 {{"seconds", 12}, {"domain", "a.example"}}) ==
        "{\"time\":\"2026-11-21T12:00:00Z\",\"level\":\"warning\",\"event\":\"scan "
        "slow\",\"seconds\":12,"
        "\"domain\":\"a.example\"}");
}

TEST_CASE("log: values from outside cannot forge a line or a field") {
  const std::string head = "2026-11-21T12:00:00Z info seen text=";
  CHECK(logfmt("plain") == head + "plain");
  CHECK(logfmt("") == head + "\"\"");
  CHECK(logfmt("two words") == head + "\"two words\"");
  CHECK(logfmt("a=b") == head + "\"a=b\"");
  CHECK(logfmt("say \"x\"") == head + "\"say \\\"x\\\"\"");
  for (const char* hostile :
       {"x\n2026-11-21T12:00:00Z error forged", "x\r\n", "x\x1b[31m", "x\xFF", "x\u202E"}) {
    const std::string line = logfmt(hostile);
    CHECK(line.find_first_of("\n\r\x1b\xFF") == std::string::npos);
    CHECK(line.find("\u202E") == std::string::npos);
  }
  CHECK(logfmt(std::string(100'000, 'x')).size() < 2'000);
}

TEST_CASE("log: the journal is told the level, and only the journal") {
  CHECK(journal_level(LogLevel::error) == "<3>");
  CHECK(journal_level(LogLevel::debug) == "<7>");
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  struct stat status {};
  REQUIRE(fstat(ends[1], &status) == 0);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  CHECK(is_journal(ends[1], stream.c_str()));
  CHECK_FALSE(is_journal(ends[1], (stream + "1").c_str()));
  CHECK_FALSE(is_journal(ends[1], nullptr));
  CHECK_FALSE(is_journal(-1, stream.c_str()));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace mailfleet

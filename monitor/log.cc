#include "monitor/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "checks/base/text.h"
#include "monitor/clock.h"

namespace mailfleet {
namespace {

constexpr size_t max_value_characters = 500;

std::atomic<LogLevel> least_level = LogLevel::info;
std::atomic<LogFormat> format_in_use = LogFormat::logfmt;

std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("mailfleet",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);  // we have decided already
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

// As it is when it is one plain word, else in quotes with escapes.
std::string logfmt_value(const Value& value) {
  const auto text = value.as_string();
  if (!text) return to_json(value);
  const std::string shown = for_display(*text, max_value_characters);
  const bool plain = !shown.empty() && std::ranges::all_of(shown, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  });
  return plain ? shown : json_quoted(shown);
}

Value json_value(const Value& value) {
  const auto text = value.as_string();
  return text ? Value(for_display(*text, max_value_characters)) : value;
}

void log(LogLevel level, std::string_view event, LogFields fields) {
  if (level < least_level) return;
  const Time now = wall_clock();
  static const bool to_journal = is_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
  const std::string line = std::string(to_journal ? journal_level(level) : "") +
                           log_line(format_in_use, now, level, event, fields);
  sink().log(spdlog::level::critical, spdlog::string_view_t(line));
}

}  // namespace

void set_log(LogLevel least, LogFormat format) {
  least_level = least;
  format_in_use = format;
}

std::string log_line(LogFormat format, Time time, LogLevel level, std::string_view event,
                     LogFields fields) {
  if (format == LogFormat::json) {
    Value out =
        Value::object({{"time", to_text(time)}, {"level", word_of(level)}, {"event", event}});
    for (const LogField& field : fields) out.set(field.key, json_value(field.value));
    return to_json(out);
  }
  std::string out = to_text(time) + " " + std::string(word_of(level)) + " " + std::string(event);
  for (const LogField& field : fields)
    out += " " + std::string(field.key) + "=" + logfmt_value(field.value);
  return out;
}

std::string_view journal_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warning:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "";
}

bool is_journal(int file, const char* journal_stream) {
  struct stat status {};
  return journal_stream != nullptr && fstat(file, &status) == 0 &&
         journal_stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

void log_debug(std::string_view event, LogFields fields) { log(LogLevel::debug, event, fields); }
void log_info(std::string_view event, LogFields fields) { log(LogLevel::info, event, fields); }
void log_warning(std::string_view event, LogFields fields) {
  log(LogLevel::warning, event, fields);
}
void log_error(std::string_view event, LogFields fields) { log(LogLevel::error, event, fields); }

}  // namespace mailfleet

#include "monitor/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>

#include "checks/base/text.h"

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
  const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
  sink().log(spdlog::level::critical,
             spdlog::string_view_t(log_line(format_in_use, now, level, event, fields)));
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

void log_debug(std::string_view event, LogFields fields) { log(LogLevel::debug, event, fields); }
void log_info(std::string_view event, LogFields fields) { log(LogLevel::info, event, fields); }
void log_warning(std::string_view event, LogFields fields) {
  log(LogLevel::warning, event, fields);
}
void log_error(std::string_view event, LogFields fields) { log(LogLevel::error, event, fields); }

}  // namespace mailfleet

// The log: one line an event on standard error, for people and for machines.
//
//     2026-11-21T12:00:00Z info listening url=http://127.0.0.1:9970
//     {"time":"2026-11-21T12:00:00Z","level":"info","event":"listening","url":"http://127.0.0.1:9970"}
//
// An event is a word or a few, always the same for the same thing; what varies goes into fields.
// Values from outside are cut, made valid UTF-8 and cannot begin a new line. Any thread. When
// standard error is systemd's journal, each line begins with the level as sd-daemon(3) spells it
// ("<4>"), which the journal takes away, so that `journalctl -p warning` works.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "checks/base/time.h"
#include "checks/base/value.h"
#include "monitor/config.h"

namespace mailfleet {

struct LogField {
  std::string_view key;  // snake case
  Value value{};
};
using LogFields = std::initializer_list<LogField>;

// Before it is called, and from then on, until it is called again: info and logfmt.
void set_log(LogLevel least, LogFormat format);

void log_debug(std::string_view event, LogFields fields = {});
void log_info(std::string_view event, LogFields fields = {});
void log_warning(std::string_view event, LogFields fields = {});
void log_error(std::string_view event, LogFields fields = {});

// The line for one event, without its end.
std::string log_line(LogFormat format, Time time, LogLevel level, std::string_view event,
                     LogFields fields);

// How the journal is told a level. `journal_stream` is the variable of that name, DEVICE:INODE of
// the stream that systemd has connected to the journal; a program that sent its standard error
// elsewhere still inherits it.
std::string_view journal_level(LogLevel level);
bool is_journal(int file, const char* journal_stream);

}  // namespace mailfleet

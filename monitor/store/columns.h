// How times, octets and values stand in a row: seconds since 1970, blobs, packed JSON.
// For monitor/store; on the connection's thread. A row that cannot be read throws
// std::runtime_error.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "checks/base/time.h"
#include "checks/base/value.h"

namespace mailfleet {

int64_t seconds(Time time);
Time time_in(const SQLite::Column& column);

void bind_blob(SQLite::Statement& statement, int index, const std::string& octets);
std::string blob_in(const SQLite::Column& column);
std::string unpacked_in(const SQLite::Column& column);
Value value_in(const SQLite::Column& column);

}  // namespace mailfleet

#include "monitor/store/columns.h"

#include <stdexcept>

#include "monitor/store/packed.h"
#include "monitor/store/value_json.h"

namespace mailfleet {

int64_t seconds(Time time) { return time.time_since_epoch().count(); }

Time time_in(const SQLite::Column& column) { return Time(Seconds(column.getInt64())); }

void bind_blob(SQLite::Statement& statement, int index, const std::string& octets) {
  statement.bind(index, octets.data(), static_cast<int>(octets.size()));
}

std::string blob_in(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<size_t>(column.getBytes())};
}

std::string unpacked_in(const SQLite::Column& column) {
  auto text = unpack(blob_in(column));
  if (!text) throw std::runtime_error("a stored row cannot be unpacked");
  return std::move(*text);
}

Value value_in(const SQLite::Column& column) {
  auto value = parse_value(unpacked_in(column));
  if (!value) throw std::runtime_error("a stored row cannot be read");
  return std::move(*value);
}

}  // namespace mailfleet

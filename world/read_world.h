// Reads a world file (TOML; docs/worlds.md). Strict: an unknown key, a wrong type or value is
// refused in one line that says where and what is allowed. Main thread only.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "world/world.h"

namespace mailfleet {

// what(): `file.toml:12: …`
class WorldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

World read_world(std::string_view toml, const std::string& file_name);
World load_world(const std::string& path);  // also throws when the file cannot be read

}  // namespace mailfleet

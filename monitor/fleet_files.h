// The fleet that config.toml names: every [[fleet]] file read, each domain once over all of them.
// Lines that are refused stay with their file, to be shown; they stop nobody. Main thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "monitor/config.h"
#include "monitor/fleet/list.h"

namespace mailfleet {

struct FleetFileList {
  std::filesystem::path file{};
  FleetList list{};  // what was not taken as it stood; the domains are in LoadedFleet
};

struct LoadedFleet {
  std::vector<FleetEntry> entries{};   // sorted by name
  std::vector<FleetFileList> files{};  // as the configuration names them

  const FleetEntry* find(const Name& name) const;
};

// IDNA and the public suffix list, for reading lists and names of people.
const DomainTools& domain_tools();

// Both throw OperatorError when a file cannot be read.
FleetList read_fleet_file(const std::filesystem::path& file);
LoadedFleet load_fleet(const std::vector<FleetFile>& files);

}  // namespace mailfleet

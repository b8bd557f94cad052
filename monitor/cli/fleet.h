// `mailfleet fleet`: whom we watch, whether a list is right, and lists of others made ours.
#pragma once

#include <string>

namespace mailfleet {

struct FleetListOptions {
  std::string config{};
  bool json = false;
};

struct FleetCheckOptions {
  std::string file{};
  bool json = false;
};

struct FleetImportOptions {
  std::string file{};
  std::string format = "auto";  // csv, txt, ukps-domains, dotgov, starttls-everywhere
  std::string sector{};         // of entries that name none
};

int run_fleet_list(const FleetListOptions& options);
int run_fleet_check(const FleetCheckOptions& options);
int run_fleet_import(const FleetImportOptions& options);

}  // namespace mailfleet

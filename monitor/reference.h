// Loads the tables that people maintain (operators, TLS levels, thresholds): the TOML files beside
// the checks, which travel inside the binary. A file of the same name in the data directory
// replaces the built-in one. Main thread.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/reference.h"

namespace mailfleet {

struct ReferenceFile {
  std::string path{};   // "checks/mx/operators.toml", or where the operator's own lies
  std::string check{};  // "mx": the folder; thresholds are called "mx.KEY"
  std::string text{};
};

// One line: "operators.toml:7: …".
struct ReferenceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The files in force. `data_dir` may be empty or not exist.
std::vector<ReferenceFile> reference_files(const std::filesystem::path& data_dir);
// Throws ReferenceError for what cannot be understood.
Reference read_reference(const std::vector<ReferenceFile>& files);
Reference load_reference(const std::filesystem::path& data_dir);

}  // namespace mailfleet

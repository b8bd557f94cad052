#include "tests/scratch_folder.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace mailfleet {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder(Kind kind) {
  const bool in_memory = kind == Kind::memory && fs::exists("/dev/shm");
  const fs::path base = in_memory ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = (base / "mailfleet-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + ": cannot be made");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace mailfleet

// A folder for one test, gone with it.
#pragma once

#include <filesystem>

namespace mailfleet {

class ScratchFolder {
 public:
  // memory: where the system has such a folder, for tests that flush each commit.
  enum class Kind { disk, memory };

  explicit ScratchFolder(Kind kind = Kind::disk);  // throws std::runtime_error
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mailfleet

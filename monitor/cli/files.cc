#include "monitor/cli/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "monitor/cli/exit_status.h"

namespace mailfleet {
namespace {

OperatorError trouble(const std::string& path, const char* what) {
  return OperatorError(path + ": " + what + ": " + std::strerror(errno));
}

void write_synced(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) throw trouble(path, "cannot be written");
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    good = written > 0 || (written < 0 && errno == EINTR);
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  good = ::close(file) == 0 && good;
  if (!good) throw trouble(path, "cannot be written");
}

}  // namespace

std::string read_whole_file(const std::string& path, size_t max_octets) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw OperatorError(path + ": is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw trouble(path, "cannot be read");
  std::ostringstream out;
  out << in.rdbuf();
  std::string text = std::move(out).str();
  if (text.size() > max_octets)
    throw OperatorError(path + ": is larger than " + std::to_string(max_octets) + " octets");
  return text;
}

std::optional<std::string> read_whole_file_if_any(const std::string& path, size_t max_octets) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  return read_whole_file(path, max_octets);
}

void replace_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  write_synced(beside, text);
  if (::rename(beside.c_str(), path.c_str()) != 0) throw trouble(path, "cannot be replaced");
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace mailfleet

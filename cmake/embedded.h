// Text files that travel inside the binary (advice, data files, pages), by their path from the
// source root. The lists are made by cmake/embed.cmake, one function a library.
#pragma once

#include <string_view>
#include <vector>

namespace mailfleet {

struct EmbeddedFile {
  EmbeddedFile(std::string_view file_path, const char* begin, const char* end)
      : path(file_path), text(begin, static_cast<size_t>(end - begin)) {}
  std::string_view path;
  std::string_view text;
};

std::vector<EmbeddedFile> embedded_files_of_mf_store();
std::vector<EmbeddedFile> embedded_files_of_mf_shell();
std::vector<EmbeddedFile> embedded_files_of_mf_exporter();

}  // namespace mailfleet

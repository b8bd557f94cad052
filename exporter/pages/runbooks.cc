#include "exporter/pages/runbooks.h"

#include <map>
#include <string>

#include "embedded.h"

namespace mailfleet {
namespace {

constexpr std::string_view folder = "docs/runbooks/";
constexpr std::string_view ending = ".md";

std::map<std::string, std::string_view, std::less<>> all_runbooks() {
  std::map<std::string, std::string_view, std::less<>> out;
  for (const EmbeddedFile& file : embedded_files_of_mf_exporter()) {
    if (!file.path.starts_with(folder) || !file.path.ends_with(ending)) continue;
    const std::string_view name = file.path.substr(folder.size());
    out.emplace(name.substr(0, name.size() - ending.size()), file.text);
  }
  return out;
}

}  // namespace

std::string_view runbook_of(std::string_view kind) {
  static const auto runbooks = all_runbooks();
  const auto found = runbooks.find(kind);
  return found == runbooks.end() ? std::string_view() : found->second;
}

}  // namespace mailfleet

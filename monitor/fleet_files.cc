#include "monitor/fleet_files.h"

#include <libpsl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "monitor/cli/files.h"
#include "monitor/idn.h"

namespace mailfleet {
namespace {

using SuffixList = std::unique_ptr<psl_ctx_t, void (*)(psl_ctx_t*)>;

// Of the list's two parts only that of the registries counts: councils and departments do send mail
// from names that they offer to others.
bool is_registry_suffix(const Name& name) {
  static const SuffixList list(psl_latest(nullptr), psl_free);
  return psl_is_public_suffix2(list.get(), name.text().c_str(),
                               PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace

const DomainTools& domain_tools() {
  static const DomainTools tools{.to_a_labels = to_a_labels,
                                 .is_public_suffix = is_registry_suffix};
  return tools;
}

FleetList read_fleet_file(const std::filesystem::path& file) {
  const std::string text = read_whole_file(file.string(), max_fleet_file_bytes);
  return read_fleet_list(text, list_format(file.filename().string(), text), domain_tools());
}

LoadedFleet load_fleet(const std::vector<FleetFile>& files) {
  struct Held {
    FleetEntry entry;
    const FleetFile* file;
  };
  std::map<Name, Held> holders;  // the file that names a domain first wins
  LoadedFleet out;
  for (const FleetFile& each : files) {
    FleetFileList read{.file = each.file, .list = read_fleet_file(each.file)};
    for (FleetEntry& entry : std::exchange(read.list.accepted, {})) {
      if (entry.sector.empty()) entry.sector = each.sector;
      const Name name = entry.name;
      const auto [holder, is_new] = holders.try_emplace(name, Held{std::move(entry), &each});
      if (!is_new)
        read.list.notes.push_back({0, name.text() + ": already in " +
                                          holder->second.file->file.string() +
                                          "; not used from this file"});
    }
    out.files.push_back(std::move(read));
  }
  out.entries.reserve(holders.size());
  for (auto& [name, held] : holders) out.entries.push_back(std::move(held.entry));
  return out;
}

const FleetEntry* LoadedFleet::find(const Name& name) const {
  const auto found = std::ranges::lower_bound(entries, name, {}, &FleetEntry::name);
  return found != entries.end() && found->name == name ? &*found : nullptr;
}

}  // namespace mailfleet

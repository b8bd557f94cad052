#include "monitor/cli/report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/clock.h"
#include "monitor/data_lock.h"
#include "monitor/fleet_files.h"
#include "monitor/monitor.h"
#include "monitor/report_import.h"
#include "monitor/store/database.h"
#include "monitor/store/wait_for.h"
#include "reports/limits.h"
#include "reports/read_report.h"

namespace mailfleet {
namespace {

using reports::Read;
using reports::Refusal;

// Nothing beyond the limit is held in memory, however long the file or the pipe is.
Read<std::string> read_bounded(std::istream& in) {
  std::string out;
  std::array<char, 65536> chunk{};
  while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
    out.append(chunk.data(), static_cast<size_t>(in.gcount()));
    if (out.size() > reports::max_document_bytes) return Refusal{"is too large for a report"};
  }
  if (in.bad()) return Refusal{"cannot be read: " + std::string(std::strerror(errno))};
  return out;
}

Read<std::string> octets_of(const std::string& file) {
  if (file == "-") return read_bounded(std::cin);
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return Refusal{"is a folder"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return Refusal{"cannot be read: " + std::string(std::strerror(errno))};
  return read_bounded(in);
}

Read<reports::Report> report_in(const std::string& file) {
  Read<std::string> octets = octets_of(file);
  if (Refusal* refusal = std::get_if<Refusal>(&octets)) return std::move(*refusal);
  return reports::read_report(std::get<std::string>(octets));
}

std::string tally(const std::vector<Imported>& all) {
  std::string out = std::to_string(all.size()) + " files";
  for (const auto outcome : {ImportOutcome::accepted, ImportOutcome::rejected,
                             ImportOutcome::duplicate, ImportOutcome::held})
    out += (outcome == ImportOutcome::accepted ? ": " : ", ") +
           std::to_string(std::ranges::count(all, outcome, &Imported::outcome)) + " " +
           std::string(to_text(outcome));
  return out;
}

}  // namespace

int run_report_import(const ReportImportOptions& options) {
  const Config config = load_config(options.config);
  const LoadedFleet fleet = load_fleet(config.fleets);
  const DataLock lock(config.monitor.data_dir);
  Store store(store_file(config));
  const ImportRules rules{.in_fleet = [&](const Name& name) { return fleet.find(name) != nullptr; },
                          .now = wall_clock(),
                          .keep = config.store.keep};
  std::vector<Imported> all;
  for (const std::string& file : options.files) {
    const Read<reports::Report> read = report_in(file);
    all.push_back(wait_for<Imported>(
        store, [&](Database& database) { return import_report(database, file, read, rules); }));
    if (!options.json) std::cout << import_line(all.back()) << std::endl;
  }
  if (options.json) {
    Value list = Value::list();
    for (const Imported& each : all) list.push(import_object(each));
    std::cout << to_json_pretty(list) << '\n';
  } else if (all.size() > 1) {
    std::cout << tally(all) << '\n';
  }
  const bool rejected =
      std::ranges::find(all, ImportOutcome::rejected, &Imported::outcome) != all.end();
  return rejected ? nothing_learnt : looked;
}

}  // namespace mailfleet

#include "monitor/cli/fleet.h"

#include <iostream>

#include "checks/base/value.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/files.h"
#include "monitor/cli/terminal.h"
#include "monitor/fleet_files.h"
#include "monitor/fleet_import.h"

namespace mailfleet {
namespace {

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& text : texts) out.push(text);
  return out;
}

Value as_json(const FleetEntry& entry) {
  Value addresses = Value::list();
  for (const Address& address : entry.sending_addresses) addresses.push(address.text());
  return Value::object(
      {{"domain", entry.name.text()},
       {"organisation", entry.organisation},
       {"organisation_cy", entry.organisation_cy},
       {"sector", entry.sector},
       {"contact", entry.contact},
       {"dkim_selectors", strings(entry.dkim_selectors)},
       {"sending_addresses", std::move(addresses)},
       {"parked", entry.parked},
       {"agreement", entry.agreement},
       {"tls_ready", entry.tls_ready ? Value(to_text(*entry.tls_ready).substr(0, 10)) : Value()}});
}

std::string note_text(const LineNote& note) {
  return note.line == 0 ? note.text : "line " + std::to_string(note.line) + ": " + note.text;
}

Value as_json(const FleetList& list) {
  Value accepted = Value::list();
  for (const FleetEntry& entry : list.accepted) accepted.push(entry.name.text());
  Value rejected = Value::list();
  for (const RejectedLine& each : list.rejected)
    rejected.push(Value::object(
        {{"line", static_cast<int64_t>(each.line)}, {"text", each.text}, {"reason", each.reason}}));
  Value notes = Value::list();
  for (const LineNote& note : list.notes) notes.push(note_text(note));
  return Value::object({{"accepted", std::move(accepted)},
                        {"rejected", std::move(rejected)},
                        {"notes", std::move(notes)}});
}

// "fleets/wales.csv:7: refused: …", as editors and people find lines.
void tell(const std::string& file, const FleetList& list, std::ostream& out) {
  for (const RejectedLine& each : list.rejected)
    out << file << ':' << each.line << ": refused: " << each.reason << ": " << each.text << '\n';
  for (const LineNote& note : list.notes)
    out << file << (note.line == 0 ? "" : ":" + std::to_string(note.line))
        << ": note: " << note.text << '\n';
}

}  // namespace

int run_fleet_list(const FleetListOptions& options) {
  const Config config = load_config(options.config);
  const LoadedFleet fleet = load_fleet(config.fleets);
  if (options.json) {
    Value list = Value::list();
    for (const FleetEntry& entry : fleet.entries) list.push(as_json(entry));
    std::cout << to_json_pretty(list) << '\n';
    return looked;
  }
  std::vector<std::vector<TableCell>> rows = {{{"domain", Ink::bold},
                                               {"sector", Ink::bold},
                                               {"parked", Ink::bold},
                                               {"tls_ready", Ink::bold},
                                               {"organisation", Ink::bold}}};
  for (const FleetEntry& entry : fleet.entries)
    rows.push_back({{entry.name.text()},
                    {entry.sector},
                    {entry.parked ? "yes" : ""},
                    {entry.tls_ready ? to_text(*entry.tls_ready).substr(0, 10) : ""},
                    {entry.organisation}});
  std::cout << table_text(rows, colours_wanted()) << fleet.entries.size() << " domains\n";
  for (const FleetFileList& file : fleet.files) tell(file.file.string(), file.list, std::cerr);
  return looked;
}

int run_fleet_check(const FleetCheckOptions& options) {
  const FleetList list = read_fleet_file(options.file);
  if (options.json) {
    std::cout << to_json_pretty(as_json(list)) << '\n';
    return looked;
  }
  tell(options.file, list, std::cout);
  std::cout << options.file << ": " << list.accepted.size() << " domains accepted, "
            << list.rejected.size() << " lines refused, " << list.notes.size() << " notes\n";
  return looked;
}

int run_fleet_import(const FleetImportOptions& options) {
  const std::string text = read_whole_file(options.file, max_fleet_file_bytes);
  FleetList list = import_fleet(text, options.file, options.format);
  for (FleetEntry& entry : list.accepted)
    if (entry.sector.empty()) entry.sector = options.sector;
  std::cout << to_csv(list.accepted);
  tell(options.file, list, std::cerr);
  return looked;
}

}  // namespace mailfleet

// What people announce over the admin listener and the monitor then goes by: a domain's agreement
// that TLS may be required (recorded or withdrawn), and windows of maintenance. Each word is read
// strictly, written down, and only then believed. Network thread.
//
// An agreement that was recorded or withdrawn here stands above the fleet list's columns until the
// next word: the list is a file that is edited elsewhere and read again at each reload.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "exporter/admin_actions.h"
#include "monitor/monitor.h"
#include "monitor/store/words.h"

namespace mailfleet {

constexpr size_t max_windows = 1000;             // announced and not over
constexpr Seconds longest_window{31 * 86400};    // what holds alerts for longer is no maintenance
constexpr Seconds farthest_window{366 * 86400};  // ahead

// What was wrong, for the one who said it.
struct Misread {
  std::string why{};
};

// {"by","reason","agreement","tls_ready"} records, {"by","reason","withdraw":true} withdraws.
std::variant<AgreementRow, Misread> read_agreement(const Name& domain, const Value& body, Time now);
// {"by","reason","domains":[…],"mx":[…],"from","until"}; either list may be left out, not both.
std::variant<MaintenanceRow, Misread> read_maintenance(
    const Value& body, Time now, const std::function<bool(const Name&)>& is_in_fleet);

class Registrar {
 public:
  Registrar(Monitor& monitor, Store::Post post) : monitor_(monitor), post_(std::move(post)) {}

  void agreement(const Name& domain, const AdminRequest& request, AdminAnswer answer);
  void maintenance(const AdminRequest& request, AdminAnswer answer);
  // {"by","reason"}: the window is over now.
  void end_maintenance(int64_t id, const AdminRequest& request, AdminAnswer answer);

 private:
  Monitor& monitor_;
  Store::Post post_;
};

}  // namespace mailfleet

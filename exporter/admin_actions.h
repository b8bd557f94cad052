// What an administrator can make the monitor do through the web face. The shell provides these and
// audits each; the web face has by then checked who asks and how.
#pragma once

#include <functional>
#include <string>

#include "checks/base/name.h"
#include "checks/base/value.h"

namespace mailfleet {

struct AdminRequest {
  std::string client{};  // the address it came from
  Value body{};          // the JSON object that was sent; an empty object when none was
};

struct AdminResult {
  unsigned status = 200;  // 4xx and 5xx: `detail` says why
  Value body{};
  std::string detail{};
};

// May be called from any thread, once.
using AdminAnswer = std::function<void(AdminResult)>;

// Called on the web thread; must not wait.
struct AdminActions {
  std::function<void(const AdminRequest&, AdminAnswer)> reload{};
  std::function<void(const Name&, const AdminRequest&, AdminAnswer)> recheck{};
  // Of any domain: a trusted one may have left the fleet list, and still be spoken for.
  std::function<void(const Name&, const AdminRequest&, AdminAnswer)> acknowledge{};
  std::function<void(const Name&, const AdminRequest&, AdminAnswer)> agreement{};
  std::function<void(const AdminRequest&, AdminAnswer)> maintenance{};
  std::function<void(int64_t id, const AdminRequest&, AdminAnswer)> end_maintenance{};
};

}  // namespace mailfleet

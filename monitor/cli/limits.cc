#include "monitor/cli/limits.h"

#include <iomanip>
#include <iostream>
#include <vector>

#include "checks/base/limit.h"
#include "checks/base/value.h"
#include "monitor/cli/exit_status.h"
#include "monitor/scan.h"

namespace mailfleet {
namespace {

std::vector<Limit> all_limits() {
  return {
      {"scan", "max_passes", max_passes, "passes", "Deeper than any standard asks for."},
      {"scan", "max_questions", max_questions, "questions", "An honest domain needs some 30."},
  };
}

Value as_value(const Limit& limit) {
  return Value::object({{"area", limit.area},
                        {"name", limit.name},
                        {"value", limit.value},
                        {"unit", limit.unit},
                        {"why", limit.why}});
}

}  // namespace

int run_limits(const LimitsOptions& options) {
  Value list = Value::list();
  for (const Limit& limit : all_limits()) {
    if (options.json) {
      list.push(as_value(limit));
      continue;
    }
    std::cout << std::left << std::setw(10) << limit.area << std::setw(34) << limit.name
              << std::right << std::setw(12) << limit.value << ' ' << std::left << std::setw(12)
              << limit.unit << ' ' << limit.why << '\n';
  }
  if (options.json) std::cout << to_json_pretty(list) << '\n';
  return looked;
}

}  // namespace mailfleet

#include "checks/base/reference.h"

namespace mailfleet {

std::string_view Reference::operator_of(const Name& host) const {
  for (const Operator& each : operators)
    for (const Name& suffix : each.mx_suffixes)
      if (host.is_at_or_under(suffix)) return each.name;
  return {};
}

double Reference::threshold(std::string_view key, double otherwise) const {
  const auto found = thresholds.find(std::string(key));
  return found == thresholds.end() ? otherwise : found->second;
}

}  // namespace mailfleet

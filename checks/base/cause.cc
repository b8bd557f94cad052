#include "checks/base/cause.h"

#include "checks/base/reference.h"

namespace mailfleet {

std::string host_cause(const Domain& domain, const std::string& host) {
  const auto name = Name::parse(host);
  if (name && domain.reference)
    if (const std::string_view who = domain.reference->operator_of(*name); !who.empty())
      return "operator:" + std::string(who);
  return "endpoint:" + host;
}

}  // namespace mailfleet

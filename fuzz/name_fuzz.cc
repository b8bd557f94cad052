// Names, addresses and networks: whatever is accepted is canonical and is accepted again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/text.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto name = Name::from_dns(text)) {
    const auto again = Name::from_dns(name->text());
    if (!again || *again != *name || name->labels().empty()) std::abort();
  }
  if (Name::parse(text) && !Name::from_dns(text)) std::abort();
  if (const auto address = Address::parse(text);
      address && Address::parse(address->text()) != *address)
    std::abort();
  if (const auto network = Network::parse(text); network && !network->contains(network->address))
    std::abort();
  const std::string clean = valid_utf8(text);
  if (valid_utf8(clean) != clean) std::abort();
  return 0;
}

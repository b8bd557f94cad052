// DKIM key records, and the DER inside them, as any zone may publish them.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "checks/dkim/key.h"
#include "checks/dkim/rsa.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string txt(reinterpret_cast<const char*>(data), size);
  const dkim::Key key = dkim::parse_key(txt);
  const bool sound = key.state == dkim::State::valid;
  if (sound && (key.type.empty() || key.bits <= 0)) std::abort();
  if (sound && key.type == "rsa" && key.bits < dkim::least_rsa_bits) std::abort();
  if (sound && key.fault != dkim::Fault::none) std::abort();
  if (!(dkim::parse_records({txt}) == key)) std::abort();
  const auto bits = dkim::rsa_bits(txt);
  if (bits && (*bits <= 0 || static_cast<size_t>(*bits) > size * 8)) std::abort();
  dkim::is_certificate(txt);
  return 0;
}

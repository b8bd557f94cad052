// TLSA records against a chain, both made of what a hostile zone and server may say.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "checks/dane/tlsa.h"
#include "monitor/probe/tls_certificate.h"

using namespace mailfleet;

namespace {

TlsaRecord record_of(const uint8_t* data, size_t size) {
  return {data[0], data[1], data[2],
          std::string(reinterpret_cast<const char*>(data) + 3, size - 3)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  const size_t split = 3 + data[3] % (size - 4);
  const TlsaRecord first = record_of(data, split);
  const std::string der(reinterpret_cast<const char*>(data) + split, size - split);
  TlsaContext context{.names = {*Name::parse("mx1.example.com")}, .now = *parse_time("2026-11-21")};
  if (const auto certificate = read_certificate(der))
    context.sent.push_back(std::make_shared<Certificate>(*certificate));
  else
    context.sent.push_back(std::make_shared<Certificate>(Certificate{.der = der, .spki = der}));
  TlsaRecord second = first;
  second.matching = static_cast<uint8_t>(second.matching + 1);
  const TlsaVerdict verdict = judge_tlsa({first, second}, context);
  if (verdict.authenticated && !is_usable(first) && !is_usable(second)) std::abort();
  if (verdict.authenticated && !verdict.without_agility) std::abort();
  return 0;
}

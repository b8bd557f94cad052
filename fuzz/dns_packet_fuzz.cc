// A packet as a hostile name server may send it, read for each type that is asked for.
#include <cstdint>
#include <cstdlib>

#include "monitor/probe/dns_packet.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  static constexpr DnsType types[] = {DnsType::a,  DnsType::aaaa, DnsType::mx,   DnsType::txt,
                                      DnsType::ns, DnsType::ptr,  DnsType::tlsa, DnsType::caa,
                                      DnsType::ds, DnsType::soa};
  const DnsQuestion question{*Name::parse("example.com"), types[data[0] % std::size(types)]};
  const std::string_view packet(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Validation validation{.dnssec = static_cast<Dnssec>(data[0] % 3)};
  const DnsObservation seen = read_dns_packet(packet, question, validation);
  if (seen.pending()) std::abort();
  // What did not validate must never be known.
  if (validation.dnssec == Dnssec::bogus && seen.known()) std::abort();
  return 0;
}

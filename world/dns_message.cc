#include "world/dns_message.h"

#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr size_t header_size = 12;
constexpr uint16_t opt_type = 41;
constexpr uint16_t our_udp_size = 1232;
constexpr uint32_t dnssec_ok_bit = 0x8000;

uint16_t number_at(std::string_view packet, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(packet[at]) << 8 |
                               static_cast<uint8_t>(packet[at + 1]));
}

// The end of the uncompressed name at `at`, or 0.
size_t name_end(std::string_view packet, size_t at) {
  while (at < packet.size()) {
    const size_t length = static_cast<uint8_t>(packet[at]);
    if (length == 0) return at + 1;
    if (length > 63) return 0;
    at += length + 1;
  }
  return 0;
}

// EDNS: the first additional record, when a client sends one, is OPT at the root.
void read_edns(std::string_view packet, size_t at, DnsQuery& query) {
  if (number_at(packet, 10) == 0 || at + 11 > packet.size() || packet[at] != 0) return;
  if (number_at(packet, at + 1) != opt_type) return;
  query.edns = true;
  query.udp_size = std::max<size_t>(512, number_at(packet, at + 3));
  query.dnssec_ok = (number_at(packet, at + 7) & dnssec_ok_bit) != 0;
}

void append_record(std::string& out, const WireRecord& record) {
  out += record.owner;
  append_number(out, record.type, 2);
  append_number(out, 1, 2);  // IN
  append_number(out, record.ttl_seconds, 4);
  append_number(out, static_cast<uint32_t>(record.rdata.size()), 2);
  out += record.rdata;
}

std::string header(const DnsQuery& query, const DnsReply& reply, bool truncated) {
  uint32_t flags = 0x8080 | reply.rcode;  // QR, RA
  if (query.recursion_desired) flags |= 0x0100;
  if (query.checking_disabled) flags |= 0x0010;
  if (truncated) flags |= 0x0200;
  std::string out;
  append_number(out, query.id, 2);
  append_number(out, flags, 2);
  append_number(out, 1, 2);
  append_number(out, truncated ? 0 : static_cast<uint32_t>(reply.answer.size()), 2);
  append_number(out, truncated ? 0 : static_cast<uint32_t>(reply.authority.size()), 2);
  append_number(out, query.edns ? 1 : 0, 2);
  return out;
}

std::string option_record(const DnsQuery& query) {
  std::string out(1, '\0');
  append_number(out, opt_type, 2);
  append_number(out, our_udp_size, 2);
  append_number(out, query.dnssec_ok ? dnssec_ok_bit : 0, 4);
  append_number(out, 0, 2);
  return out;
}

}  // namespace

void append_number(std::string& out, uint32_t number, int octets) {
  for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(number >> shift & 0xff);
}

std::optional<DnsQuery> parse_query(std::string_view packet) {
  if (packet.size() < header_size) return {};
  const uint16_t flags = number_at(packet, 2);
  const bool standard_query = (flags & 0xf800) == 0;
  const size_t end = name_end(packet, header_size);
  if (!standard_query || number_at(packet, 4) != 1 || end == 0 || end + 4 > packet.size())
    return {};
  DnsQuery out{.id = number_at(packet, 0),
               .recursion_desired = (flags & 0x0100) != 0,
               .checking_disabled = (flags & 0x0010) != 0,
               .question = std::string(packet.substr(header_size, end + 4 - header_size)),
               .type = number_at(packet, end)};
  size_t at = header_size;
  out.name = name_from_wire(packet, at);
  if (!out.name && end != header_size + 1) return {};
  read_edns(packet, end + 4, out);
  return out;
}

std::string write_reply(const DnsQuery& query, const DnsReply& reply, size_t limit) {
  std::string records;
  for (const WireRecord& record : reply.answer) append_record(records, record);
  for (const WireRecord& record : reply.authority) append_record(records, record);
  const std::string option = query.edns ? option_record(query) : "";
  const size_t size = header_size + query.question.size() + records.size() + option.size();
  const bool truncated = size > limit;
  return header(query, reply, truncated) + query.question + (truncated ? "" : records) + option;
}

}  // namespace mailfleet

// Record data: from the text that people write ("10 mx1.example.org.") to the octets of the wire
// (RFC 1035 §3.3), and from those to an observation. No sockets, no packets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/evidence.h"

namespace mailfleet {

// The number of a record type named in any case: "txt" is 16, "type65" is 65. Empty: no such type.
std::optional<uint16_t> record_type_number(std::string_view name);
std::string record_type_name(uint16_t type);  // "TXT"

// Wire form of data in presentation form, names in it lower case and uncompressed. Names need no
// final dot. Empty when the text is no such data.
std::optional<std::string> rdata_from_text(uint16_t type, std::string_view text);
// TXT data of these character-strings as they are; one over 255 octets is split.
std::string txt_rdata(const std::vector<std::string>& strings);

std::string wire_name(const Name& name);
// The name that starts at `at`, uncompressed; empty for the root or what is no name. Moves `at`.
std::optional<Name> name_from_wire(std::string_view wire, size_t& at);

// Adds the record to the observation's lists, as the resolver reads it.
void add_record(DnsObservation& observation, DnsType type, std::string_view rdata);
// Sorts every list and drops duplicates, so that equal record sets compare equal.
void canonicalise(DnsObservation& observation);

}  // namespace mailfleet

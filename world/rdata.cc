#include "world/rdata.h"

#include <stdbool.h>  // before ldns, which would define `bool` as a macro otherwise

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <ldns/ldns.h>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

struct FreeRecord {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
struct FreeText {
  void operator()(void* text) const { std::free(text); }
};

// RFC 4034 §6.2: the types whose data holds names are compared in lower case.
bool holds_names(uint16_t type) {
  constexpr std::array<uint16_t, 12> types = {2, 5, 6, 12, 14, 15, 17, 18, 21, 33, 39, 47};
  return std::ranges::find(types, type) != types.end();
}

void lower_names(ldns_rr* rr) {
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i)
    if (ldns_rdf_get_type(ldns_rr_rdf(rr, i)) == LDNS_RDF_TYPE_DNAME)
      ldns_dname2canonical(ldns_rr_rdf(rr, i));
}

std::string rdata_of(const ldns_rr* rr) {
  std::string out;
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* part = ldns_rr_rdf(rr, i);
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(part)), ldns_rdf_size(part));
  }
  return out;
}

uint16_t number_at(std::string_view wire, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(wire[at]) << 8 |
                               static_cast<uint8_t>(wire[at + 1]));
}

void add_address(DnsObservation& observation, std::string_view rdata) {
  if (rdata.size() == 4) {
    std::array<uint8_t, 4> octets{};
    std::ranges::copy(rdata, octets.begin());
    observation.addresses.push_back(Address::v4(octets));
  } else if (rdata.size() == 16) {
    std::array<uint8_t, 16> octets{};
    std::ranges::copy(rdata, octets.begin());
    observation.addresses.push_back(Address::v6(octets));
  }
}

std::string joined_strings(std::string_view rdata) {
  std::string out;
  while (!rdata.empty()) {
    const size_t length = static_cast<uint8_t>(rdata.front());
    out += rdata.substr(1, length);
    rdata.remove_prefix(std::min(rdata.size(), length + 1));
  }
  return out;
}

void add_mx(DnsObservation& observation, std::string_view rdata) {
  size_t at = 2;
  observation.mx.push_back({number_at(rdata, 0), name_from_wire(rdata, at)});
}

void add_tlsa(DnsObservation& observation, std::string_view rdata) {
  observation.tlsa.push_back({static_cast<uint8_t>(rdata[0]), static_cast<uint8_t>(rdata[1]),
                              static_cast<uint8_t>(rdata[2]), std::string(rdata.substr(3))});
}

void add_caa(DnsObservation& observation, std::string_view rdata) {
  const size_t length = static_cast<uint8_t>(rdata[1]);
  observation.caa.push_back({(static_cast<uint8_t>(rdata[0]) & 0x80) != 0,
                             ascii_lower(rdata.substr(2, length)),
                             std::string(rdata.substr(std::min(rdata.size(), 2 + length)))});
}

template <class Item>
void sort_unique(std::vector<Item>& items) {
  std::ranges::sort(items);
  const auto rest = std::ranges::unique(items);
  items.erase(rest.begin(), rest.end());
}

}  // namespace

std::optional<uint16_t> record_type_number(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  const ldns_rr_type type = ldns_get_rr_type_by_name(upper.c_str());
  if (type == 0 || type > 0xffff) return {};
  return static_cast<uint16_t>(type);
}

std::string record_type_name(uint16_t type) {
  const std::unique_ptr<char, FreeText> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)));
  return text ? text.get() : "TYPE" + std::to_string(type);
}

std::optional<std::string> rdata_from_text(uint16_t type, std::string_view text) {
  if (text.find_first_of("\r\n\0", 0, 3) != std::string_view::npos) return {};
  const std::string line = "x. 300 IN " + record_type_name(type) + " " + std::string(text);
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> root(ldns_dname_new_frm_str("."),
                                                                      &ldns_rdf_deep_free);
  ldns_rr* made = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(&made, line.c_str(), 300, root.get(), nullptr);
  const std::unique_ptr<ldns_rr, FreeRecord> record(made);
  if (status != LDNS_STATUS_OK || !record) return {};
  if (holds_names(type)) lower_names(record.get());
  return rdata_of(record.get());
}

std::string txt_rdata(const std::vector<std::string>& strings) {
  constexpr size_t max_character_string = 255;  // RFC 1035 §3.3
  std::string out;
  for (const std::string& text : strings) {
    std::string_view left = text;
    do {
      const std::string_view part = left.substr(0, max_character_string);
      out += static_cast<char>(part.size());
      out += part;
      left.remove_prefix(part.size());
    } while (!left.empty());
  }
  if (out.empty()) out.push_back('\0');
  return out;
}

std::string wire_name(const Name& name) {
  std::string out;
  for (const std::string_view label : name.labels()) {
    std::string octets;
    for (size_t i = 0; i < label.size(); ++i) {
      if (label[i] != '\\') {
        octets += label[i];
      } else if (label[i + 1] >= '0' && label[i + 1] <= '9') {
        octets += static_cast<char>((label[i + 1] - '0') * 100 + (label[i + 2] - '0') * 10 +
                                    (label[i + 3] - '0'));
        i += 3;
      } else {
        octets += label[++i];
      }
    }
    out += static_cast<char>(octets.size());
    out += octets;
  }
  out.push_back('\0');
  return out;
}

std::optional<Name> name_from_wire(std::string_view wire, size_t& at) {
  std::string text;
  while (at < wire.size()) {
    const size_t length = static_cast<uint8_t>(wire[at++]);
    if (length == 0) return Name::from_dns(text);
    if (length > 63 || at + length > wire.size()) break;
    for (const char c : wire.substr(at, length)) {
      const auto octet = static_cast<uint8_t>(c);
      if (c == '.' || c == '\\')
        (text += '\\') += c;
      else if (c >= '!' && c <= '~')
        text += c;
      else
        (((text += '\\') += static_cast<char>('0' + octet / 100)) +=
         static_cast<char>('0' + octet / 10 % 10)) += static_cast<char>('0' + octet % 10);
    }
    text += '.';
    at += length;
  }
  at = wire.size();
  return {};
}

void add_record(DnsObservation& observation, DnsType type, std::string_view rdata) {
  size_t at = 0;
  switch (type) {
    case DnsType::a:
    case DnsType::aaaa:
      return add_address(observation, rdata);
    case DnsType::mx:
      return rdata.size() > 2 ? add_mx(observation, rdata) : void();
    case DnsType::txt:
      observation.txt.push_back(joined_strings(rdata));
      return;
    case DnsType::tlsa:
      return rdata.size() >= 3 ? add_tlsa(observation, rdata) : void();
    case DnsType::caa:
      return rdata.size() >= 2 ? add_caa(observation, rdata) : void();
    case DnsType::ds:
      observation.ds_algorithms.push_back(static_cast<uint8_t>(rdata[2]));
      return;
    case DnsType::dnskey:
      observation.ds_algorithms.push_back(static_cast<uint8_t>(rdata[3]));
      return;
    case DnsType::ns:
    case DnsType::cname:
    case DnsType::ptr:
      if (auto name = name_from_wire(rdata, at)) observation.names.push_back(std::move(*name));
      return;
    case DnsType::soa:
      return;  // that it is there is all that is asked
  }
}

void canonicalise(DnsObservation& observation) {
  sort_unique(observation.addresses);
  sort_unique(observation.mx);
  std::ranges::sort(observation.txt);
  sort_unique(observation.names);
  sort_unique(observation.tlsa);
  sort_unique(observation.caa);
  sort_unique(observation.ds_algorithms);
}

}  // namespace mailfleet

#include "monitor/probe/dns_packet.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "checks/base/text.h"
#include "monitor/probe/ldns.h"
#include "monitor/probe/limits.h"

namespace mailfleet {
namespace {

struct Free {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
  void operator()(ldns_rdf* field) const { ldns_rdf_deep_free(field); }
  void operator()(char* text) const { free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

DnsObservation failure(DnsStatus status, std::string why) {
  return {.outcome = Outcome::failed, .status = status, .why = std::move(why)};
}

// ---- fields of a record; each copes with a field that is missing or of another kind

std::string_view octets(const ldns_rr* record, size_t index) {
  if (index >= ldns_rr_rd_count(record)) return {};
  const ldns_rdf* field = ldns_rr_rdf(record, index);
  if (!field || !ldns_rdf_data(field)) return {};
  return {reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field)};
}

uint8_t octet(const ldns_rr* record, size_t index) {
  const std::string_view data = octets(record, index);
  return data.empty() ? uint8_t{0} : static_cast<uint8_t>(data.front());
}

// A character-string without its length octet (RFC 1035 §3.3).
std::string_view counted(std::string_view data) {
  return data.empty() ? data : data.substr(1, static_cast<uint8_t>(data.front()));
}

uint32_t number(std::string_view data) {
  uint32_t value = 0;
  for (const char c : data.substr(0, 4)) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::optional<Name> name_of(const ldns_rdf* field) {
  if (!field || ldns_rdf_get_type(field) != LDNS_RDF_TYPE_DNAME) return {};
  const Owned<char> text(ldns_rdf2str(field));
  return text ? Name::from_dns(text.get()) : std::nullopt;
}

std::optional<Name> name_at(const ldns_rr* record, size_t index) {
  return index < ldns_rr_rd_count(record) ? name_of(ldns_rr_rdf(record, index)) : std::nullopt;
}

bool is_owner(const ldns_rr* record, const Name& name) {
  return name_of(ldns_rr_owner(record)) == name;
}

// ---- one reader a type

void read_address(const ldns_rr* record, DnsObservation& out) {
  const std::string_view data = octets(record, 0);
  if (data.size() == 4) {
    std::array<uint8_t, 4> v4{};
    std::ranges::copy(data, v4.begin());
    out.addresses.push_back(Address::v4(v4));
  } else if (data.size() == 16) {
    std::array<uint8_t, 16> v6{};
    std::ranges::copy(data, v6.begin());
    out.addresses.push_back(Address::v6(v6));
  }
}

void read_txt(const ldns_rr* record, DnsObservation& out) {
  std::string joined;
  for (size_t i = 0; i < ldns_rr_rd_count(record); ++i) joined += counted(octets(record, i));
  out.txt.push_back(std::move(joined));
}

void read_caa(const ldns_rr* record, DnsObservation& out) {
  out.caa.push_back({.critical = (octet(record, 0) & 0x80) != 0,
                     .tag = ascii_lower(counted(octets(record, 1))),
                     .value = std::string(octets(record, 2))});
}

void read_record(const ldns_rr* record, DnsType type, DnsObservation& out) {
  switch (type) {
    case DnsType::a:
    case DnsType::aaaa:
      return read_address(record, out);
    case DnsType::mx:
      out.mx.push_back({.preference = static_cast<uint16_t>(number(octets(record, 0).substr(0, 2))),
                        .host = name_at(record, 1)});
      return;
    case DnsType::txt:
      return read_txt(record, out);
    case DnsType::ns:
    case DnsType::ptr:
    case DnsType::cname:
    case DnsType::soa:  // the primary's name
      if (auto name = name_at(record, 0)) out.names.push_back(std::move(*name));
      return;
    case DnsType::tlsa:
      out.tlsa.push_back({.usage = octet(record, 0),
                          .selector = octet(record, 1),
                          .matching = octet(record, 2),
                          .data = std::string(octets(record, 3))});
      return;
    case DnsType::caa:
      return read_caa(record, out);
    case DnsType::ds:
      out.ds_algorithms.push_back(octet(record, 1));
      return;
    case DnsType::dnskey:
      out.ds_algorithms.push_back(octet(record, 2));
      return;
  }
}

template <class T>
void canonical(std::vector<T>& records) {
  std::ranges::sort(records);
  // Not std::ranges::unique: clang 14 refuses the subrange that it returns.
  records.erase(std::unique(records.begin(), records.end()), records.end());
  if (records.size() > limits::dns_records)
    records.erase(records.begin() + limits::dns_records, records.end());
}

void make_canonical(DnsObservation& out) {
  canonical(out.addresses);
  canonical(out.mx);
  canonical(out.txt);
  canonical(out.names);
  canonical(out.tlsa);
  canonical(out.caa);
  canonical(out.ds_algorithms);
}

// ---- the answer as a whole

class Answer {
 public:
  Answer(const ldns_rr_list* records, DnsObservation& out) : out_(out) {
    for (size_t i = 0; records && i < ldns_rr_list_rr_count(records); ++i)
      records_.push_back(ldns_rr_list_rr(records, i));
  }

  // The name at the end of the chain; empty (and out_.why set) when it has no end.
  std::optional<Name> follow(const Name& asked) {
    Name current = asked;
    while (const ldns_rr* alias = find(current, LDNS_RR_TYPE_CNAME)) {
      const std::optional<Name> target = name_at(alias, 0);
      note_ttl(alias);
      note_signatures(current, LDNS_RR_TYPE_CNAME);
      if (!target) return stopped("an alias to what is not a name: " + current.text());
      if (*target == asked || std::ranges::find(out_.aliases, *target) != out_.aliases.end())
        return stopped("aliases in a circle at " + current.text());
      if (out_.aliases.size() == limits::cname_chain)
        return stopped("more than " + std::to_string(limits::cname_chain) + " aliases in a row");
      out_.aliases.push_back(*target);
      current = *target;
    }
    return current;
  }

  size_t read(const Name& owner, DnsType type) {
    size_t found = 0;
    for (const ldns_rr* record : records_) {
      if (ldns_rr_get_type(record) != static_cast<ldns_rr_type>(type) || !is_owner(record, owner))
        continue;
      ++found;
      note_ttl(record);
      read_record(record, type, out_);
    }
    note_signatures(owner, static_cast<ldns_rr_type>(type));
    return found;
  }

  // A negative answer says how long it lasts and is signed in the authority section.
  void read_denial() {
    for (const ldns_rr* record : records_) {
      if (ldns_rr_get_type(record) == LDNS_RR_TYPE_SOA) note_ttl(record);
      if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG) note_expiry(record);
    }
  }

 private:
  const ldns_rr* find(const Name& owner, ldns_rr_type type) const {
    for (const ldns_rr* record : records_)
      if (ldns_rr_get_type(record) == type && is_owner(record, owner)) return record;
    return nullptr;
  }

  std::optional<Name> stopped(std::string why) {
    out_.why = std::move(why);
    return {};
  }

  void note_ttl(const ldns_rr* record) {
    const uint32_t ttl = ldns_rr_ttl(record);
    out_.ttl_seconds = ttl_seen_ ? std::min(out_.ttl_seconds, ttl) : ttl;
    ttl_seen_ = true;
  }

  void note_signatures(const Name& owner, ldns_rr_type covered) {
    for (const ldns_rr* record : records_)
      if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG &&
          number(octets(record, 0).substr(0, 2)) == static_cast<uint32_t>(covered) &&
          is_owner(record, owner))
        note_expiry(record);
  }

  // RFC 4034 §3.1.5: seconds since 1970 as a 32-bit number.
  void note_expiry(const ldns_rr* record) {
    const std::string_view field = octets(record, 4);
    if (field.size() != 4) return;
    const Time expires{Seconds(number(field))};
    if (!out_.signatures_expire || expires < *out_.signatures_expire)
      out_.signatures_expire = expires;
  }

  std::vector<const ldns_rr*> records_{};
  DnsObservation& out_;
  bool ttl_seen_ = false;
};

DnsObservation read_known(const ldns_pkt* packet, const DnsQuestion& question, Dnssec dnssec) {
  const bool nxdomain = ldns_pkt_get_rcode(packet) == LDNS_RCODE_NXDOMAIN;
  DnsObservation out{.status = nxdomain ? DnsStatus::nxdomain : DnsStatus::ok, .dnssec = dnssec};
  Answer answer(ldns_pkt_answer(packet), out);
  const std::optional<Name> last = question.type == DnsType::cname
                                       ? std::optional<Name>(question.name)
                                       : answer.follow(question.name);
  if (!last) return failure(DnsStatus::servfail, out.why);
  const size_t found = nxdomain ? 0 : answer.read(*last, question.type);
  out.outcome = found ? Outcome::answered : Outcome::absent;
  if (!found) Answer(ldns_pkt_authority(packet), out).read_denial();
  // Signatures beside an insecure answer are somebody else's, and come and go with caches.
  if (dnssec != Dnssec::secure) out.signatures_expire.reset();
  make_canonical(out);
  return out;
}

}  // namespace

DnsObservation read_dns_packet(std::string_view packet, const DnsQuestion& question,
                               const Validation& validation) {
  // A bogus answer still carries data: look at the verdict before anything else.
  if (validation.dnssec == Dnssec::bogus)
    return {.outcome = Outcome::bogus,
            .status = DnsStatus::servfail,
            .dnssec = Dnssec::bogus,
            .why = for_display(validation.why_bogus)};
  if (packet.size() > limits::dns_packet_bytes)
    return failure(DnsStatus::servfail, "an answer of more than 64 KB");
  ldns_pkt* raw = nullptr;
  const ldns_status status =
      ldns_wire2pkt(&raw, reinterpret_cast<const uint8_t*>(packet.data()), packet.size());
  const Owned<ldns_pkt> parsed(status == LDNS_STATUS_OK ? raw : nullptr);
  if (!parsed) return failure(DnsStatus::servfail, "an answer that cannot be read");
  switch (ldns_pkt_get_rcode(parsed.get())) {
    case LDNS_RCODE_NOERROR:
    case LDNS_RCODE_NXDOMAIN:
      return read_known(parsed.get(), question, validation.dnssec);
    case LDNS_RCODE_REFUSED:
      return failure(DnsStatus::refused, "REFUSED");
    case LDNS_RCODE_SERVFAIL:
      return failure(DnsStatus::servfail, "SERVFAIL");
    default: {
      const Owned<char> code(ldns_pkt_rcode2str(ldns_pkt_get_rcode(parsed.get())));
      return failure(DnsStatus::servfail, code ? code.get() : "an unknown response code");
    }
  }
}

bool holds_trust_anchor(std::string_view zone_text) {
  for (const std::string_view line : split(zone_text, '\n')) {
    ldns_rr* raw = nullptr;
    const std::string text(trim(line));
    if (text.empty() || text.starts_with(';')) continue;
    if (ldns_rr_new_frm_str(&raw, text.c_str(), 3600, nullptr, nullptr) != LDNS_STATUS_OK) continue;
    const Owned<ldns_rr> record(raw);
    const ldns_rr_type type = ldns_rr_get_type(record.get());
    if (type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_DNSKEY) return true;
  }
  return false;
}

}  // namespace mailfleet

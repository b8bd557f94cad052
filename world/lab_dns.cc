#include "world/lab_dns.h"

#include <algorithm>

#include "world/dns_table.h"
#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr uint32_t lab_ttl = 5;  // so that an event of the story is soon seen
constexpr uint16_t a_type = 1;
constexpr uint16_t ns_type = 2;
constexpr uint16_t cname_type = 5;
constexpr uint16_t soa_type = 6;
constexpr uint16_t ptr_type = 12;
constexpr uint16_t aaaa_type = 28;
constexpr uint16_t ds_type = 43;
constexpr uint16_t dnskey_type = 48;

std::string octets_of(const Address& address) {
  return {reinterpret_cast<const char*>(address.octets().data()), address.size()};
}

std::optional<Address> address_in(std::string_view rdata) {
  DnsObservation seen;
  add_record(seen, rdata.size() == 4 ? DnsType::a : DnsType::aaaa, rdata);
  return seen.addresses.empty() ? std::nullopt : std::optional(seen.addresses.front());
}

// The world's own reverse name for the reverse name of a stand-in.
Name real_reverse_name(const LabAddresses& addresses, const Name& name) {
  const auto labels = name.labels();
  if (labels.size() != 6 || labels[4] != "in-addr") return name;
  const std::string text = std::string(labels[3]) + "." + std::string(labels[2]) + "." +
                           std::string(labels[1]) + "." + std::string(labels[0]);
  const auto stand_in = Address::parse(text);
  const auto real = stand_in ? addresses.real(*stand_in) : std::nullopt;
  return real ? *Name::parse(real->reverse_name()) : name;
}

// What the world holds, with stand-ins for addresses.
DnsHolding held_in_lab(const World& world, const LabAddresses& addresses, const Name& name,
                       uint16_t type) {
  if (type == ptr_type) return held(world, real_reverse_name(addresses, name), type);
  DnsHolding out = held(world, name, type);
  if (type == aaaa_type) out.records.clear();
  if (type != a_type) return out;
  if (out.records.empty() && !out.alias) out.records = held(world, name, aaaa_type).records;
  for (std::string& record : out.records)
    if (const auto real = address_in(record))
      if (const auto stand_in = addresses.loopback(*real)) record = octets_of(*stand_in);
  return out;
}

class Answering {
 public:
  Answering(const World& world, const LabNames& lab, const DnsQuery& query, size_t turn)
      : world_(world), lab_(lab), query_(query), turn_(turn) {}

  LabAnswer run(size_t limit) {
    if (!query_.name)
      answer_root();
    else if (query_.type == ds_type && insecure_delegation())
      deny_delegation();
    else
      follow();
    if (silent_) return {};
    return {write_reply(query_, reply_, limit), delay_};
  }

 private:
  void add(std::vector<WireRecord>& section, const std::vector<WireRecord>& set,
           const std::optional<Name>& source, Dnssec dnssec) {
    section.insert(section.end(), set.begin(), set.end());
    if (!query_.dnssec_ok || dnssec == Dnssec::insecure) return;
    const auto quality =
        dnssec == Dnssec::bogus ? RootSigner::Quality::broken : RootSigner::Quality::sound;
    section.push_back(lab_.signer.signature(set, source, quality));
  }

  void add_soa(Dnssec dnssec) {
    static const std::string data = *rdata_from_text(soa_type, "lab. lab. 1 300 60 3600 5");
    add(reply_.authority, {{std::string(1, '\0'), soa_type, lab_ttl, data}}, {}, dnssec);
  }

  void add_proof(const WireRecord& nsec, const Name& owner, Dnssec dnssec) {
    if (query_.dnssec_ok && dnssec != Dnssec::insecure)
      add(reply_.authority, {nsec}, owner, dnssec);
  }

  void answer_root() {
    const std::string root(1, '\0');
    if (query_.type == dnskey_type)
      return add(reply_.answer, {{root, dnskey_type, lab_ttl, lab_.signer.dnskey()}}, {},
                 Dnssec::secure);
    if (query_.type == ns_type)
      return add(reply_.answer, {{root, ns_type, lab_ttl, *rdata_from_text(ns_type, "lab.")}}, {},
                 Dnssec::secure);
    add_soa(Dnssec::secure);
  }

  bool insecure_delegation() const {
    const DnsHolding holding = held(world_, *query_.name, ds_type);
    return holding.dnssec == Dnssec::insecure && holding.records.empty() &&
           (holding.rcode == WorldRcode::noerror || holding.rcode == WorldRcode::nxdomain);
  }

  void deny_delegation() {
    add_soa(Dnssec::secure);
    add_proof(nsec_at(*query_.name, {ns_type}, lab_ttl), *query_.name, Dnssec::secure);
  }

  // RFC 1034 §4.3.2, over aliases.
  void follow() {
    Name at = *query_.name;
    for (size_t aliases = 0; aliases <= max_aliases; ++aliases) {
      const DnsHolding holding = held_in_lab(world_, lab_.addresses, at, query_.type);
      delay_ += holding.delay;
      if (in_trouble(holding)) return;
      if (!holding.alias) return conclude(at, holding);
      add_set(at, holding, cname_type, {std::string(wire_name(*holding.alias))});
      at = *holding.alias;
    }
    fail(rcode_servfail);
  }

  bool in_trouble(const DnsHolding& holding) {
    silent_ = holding.rcode == WorldRcode::timeout;
    if (holding.rcode == WorldRcode::servfail) fail(rcode_servfail);
    if (holding.rcode == WorldRcode::refused) fail(rcode_refused);
    return silent_ || reply_.rcode != rcode_ok;
  }

  void fail(uint16_t rcode) { reply_ = {.rcode = rcode}; }

  void add_set(const Name& owner, const DnsHolding& holding, uint16_t type,
               const std::vector<std::string>& records) {
    std::vector<WireRecord> set;
    for (const std::string& rdata : records)
      set.push_back({wire_name(owner), type, lab_ttl, rdata});
    add(reply_.answer, set, holding.wildcard ? *holding.wildcard : owner, holding.dnssec);
    if (holding.wildcard) deny_name(owner, holding);
  }

  void conclude(const Name& at, const DnsHolding& holding) {
    if (holding.rcode == WorldRcode::nxdomain) return deny_all(at, holding);
    if (!holding.records.empty()) {
      std::vector<std::string> records = holding.records;
      std::ranges::sort(records);
      const auto rest = std::ranges::unique(records);
      records.erase(rest.begin(), rest.end());
      std::ranges::rotate(records,
                          records.begin() + static_cast<ptrdiff_t>(turn_ % records.size()));
      return add_set(at, holding, query_.type, records);
    }
    add_soa(holding.dnssec);
    const Name source = holding.wildcard ? *holding.wildcard : at;
    std::vector<uint16_t> types = holding.types;
    std::erase(types, query_.type);
    std::erase(types, aaaa_type);
    add_proof(nsec_at(source, types, lab_ttl), source, holding.dnssec);
    if (holding.wildcard) deny_name(at, holding);
  }

  // RFC 4035 §3.1.3.2: neither the name nor a wildcard that would make it.
  void deny_all(const Name& at, const DnsHolding& holding) {
    reply_.rcode = rcode_nxdomain;
    add_soa(holding.dnssec);
    deny_name(at, holding);
    const auto wildcard = above(at, holding) ? above(at, holding)->under("*") : Name::from_dns("*");
    if (wildcard) deny(*wildcard, holding.dnssec);
  }

  // The longest existing ancestor proper; a listed name may say of itself that it does not exist.
  static std::optional<Name> above(const Name& at, const DnsHolding& holding) {
    return holding.encloser == at ? at.parent() : holding.encloser;
  }

  void deny_name(const Name& at, const DnsHolding& holding) {
    const auto ancestor = above(at, holding);
    const size_t known = ancestor ? ancestor->label_count() : 0;
    deny(*at.suffix(known + 1), holding.dnssec);
  }

  void deny(const Name& name, Dnssec dnssec) {
    const WireRecord nsec = nsec_around(name, lab_ttl);
    size_t at = 0;
    if (const auto owner = name_from_wire(nsec.owner, at)) add_proof(nsec, *owner, dnssec);
  }

  const World& world_;
  const LabNames& lab_;
  const DnsQuery& query_;
  size_t turn_;
  DnsReply reply_{};
  Milliseconds delay_{0};
  bool silent_ = false;
};

}  // namespace

LabAnswer answer_packet(const World& world, const LabNames& lab, std::string_view packet,
                        size_t limit, size_t turn) {
  const auto query = parse_query(packet);
  if (!query) return {};
  return Answering(world, lab, *query, turn).run(limit);
}

}  // namespace mailfleet

#include "bench/little_internet.h"

#include "world/rdata.h"

namespace mailfleet::bench {
namespace {

constexpr uint32_t first_address = 0x7f400001;  // 127.64.0.1

Address address_number(size_t number) {
  const uint32_t at = first_address + static_cast<uint32_t>(number);
  return Address::v4({static_cast<uint8_t>(at >> 24), static_cast<uint8_t>(at >> 16),
                      static_cast<uint8_t>(at >> 8), static_cast<uint8_t>(at)});
}

// The n-th of every hundred, so that shares are exact and spread evenly.
struct Shares {
  size_t step = 37;  // prime to 100
  int at = 0;
  bool operator()(size_t index, int percent) {
    const int place = static_cast<int>(index * step % 100);
    const bool in = place >= at && place < at + percent;
    at += percent;
    return in;
  }
};

class Maker {
 public:
  explicit Maker(const Plan& plan) : plan_(plan) {}

  LittleInternet make() {
    for (size_t i = 0; i < plan_.operators; ++i)
      for (const Name& host : hosts_of(i)) add_host(host, Truth::healthy, i);
    for (size_t i = 0; i < plan_.domains; ++i) add_domain(i);
    index_world(out_.world);
    return std::move(out_);
  }

 private:
  void record(const Name& name, DnsType type, const std::string& text) {
    WorldName& entry = out_.world.dns[name];
    entry.delay = plan_.dns_delay;
    const auto number = static_cast<uint16_t>(type);
    entry.types[number].records.push_back(type == DnsType::txt ? txt_rdata({text})
                                                               : *rdata_from_text(number, text));
  }

  Address next_address() { return address_number(addresses_++); }

  std::vector<Name> hosts_of(size_t operator_number) const {
    const std::string owner = std::to_string(operator_number) + ".operator.bench";
    std::vector<Name> out{*Name::parse("mx" + owner)};
    for (size_t i = 1; i < plan_.operator_hosts; ++i)
      out.push_back(*Name::parse("backup" + std::to_string(i) + "-mx" + owner));
    return out;
  }

  Truth truth_of(size_t index) const {
    Shares in;
    if (in(index, plan_.tarpit) || in(index, plan_.reset)) return Truth::unknowable;
    if (in(index, plan_.no_starttls)) return Truth::no_starttls;
    if (in(index, plan_.expired)) return Truth::expired;
    if (in(index, plan_.wrong_name)) return Truth::wrong_name;
    return Truth::healthy;
  }

  void add_host(const Name& host, Truth truth, size_t index) {
    const Address address = next_address();
    record(host, DnsType::a, address.text());
    out_.hosts.emplace_back(host, address);
    WorldSmtp& server = out_.world.smtp[host.text()];
    if (Shares()(index, plan_.slow_greeting)) server.delay = plan_.greeting_delay;
    if (truth == Truth::no_starttls) server.misbehaviour = "no-starttls";
    if (truth == Truth::unknowable)
      server.misbehaviour = Shares()(index, plan_.tarpit) ? "tarpit" : "reset-in-handshake";
    if (truth == Truth::expired)
      server.certificate.not_after = {.offset = -std::chrono::days(1), .fixed = {}};
    if (truth == Truth::wrong_name) server.certificate.names = {"elsewhere.bench"};
  }

  void add_policy(const Name& name, const std::vector<Name>& mx, size_t index) {
    record(*name.under("_mta-sts"), DnsType::txt, "v=STSv1; id=" + std::to_string(index) + "a");
    const Name host = *name.under("mta-sts");
    const Address address = next_address();
    record(host, DnsType::a, address.text());
    out_.policy_hosts.emplace_back(host, address);
    std::string& body = out_.world.https[host.text()].body;
    body = "version: STSv1\nmode: enforce\n";
    for (const Name& each : mx) body += "mx: " + each.text() + "\n";
    body += "max_age: 1209600\n";
  }

  void add_domain(size_t index) {
    const Name name = *Name::parse("d" + std::to_string(index) + ".bench");
    const bool own = static_cast<int>(index * 61 % 100) < plan_.own_host_percent;
    const std::vector<Name> mx =
        own ? std::vector{*name.under("mx")} : hosts_of(index % plan_.operators);
    const Truth truth = own ? truth_of(own_++) : Truth::healthy;
    if (own) add_host(mx.front(), truth, own_ - 1);
    out_.domains.push_back({name, mx, truth});
    for (const Name& each : mx) record(name, DnsType::mx, "10 " + each.text());
    record(name, DnsType::txt, "v=spf1 mx ip4:192.0.2.0/24 -all");
    record(name, DnsType::txt, "site-verification=" + std::to_string(index));
    record(*name.under("_dmarc"), DnsType::txt,
           "v=DMARC1; p=reject; rua=mailto:dmarc@" + name.text());
    record(*name.under("_smtp._tls"), DnsType::txt, "v=TLSRPTv1; rua=mailto:tls@" + name.text());
    if (static_cast<int>(index * 43 % 100) < plan_.policy_percent) add_policy(name, mx, index);
  }

  const Plan& plan_;
  LittleInternet out_{};
  size_t addresses_ = 0;
  size_t own_ = 0;
};

}  // namespace

std::vector<Name> LittleInternet::names() const {
  std::vector<Name> out;
  out.reserve(domains.size());
  for (const PlannedDomain& each : domains) out.push_back(each.name);
  return out;
}

LittleInternet make_internet(const Plan& plan) { return Maker(plan).make(); }

}  // namespace mailfleet::bench

#include "monitor/probe/tls_scan.h"

#include <algorithm>

namespace mailfleet {
namespace {

// RFC 9325 §4.1: MUST NOT be negotiated, and 3DES SHOULD NOT. No library offers these any more.
struct WeakFamily {
  std::string_view name;
  std::vector<uint16_t> suites;
};
const std::vector<WeakFamily>& weak_families() {
  static const std::vector<WeakFamily> families = {
      {"NULL", {0x0001, 0x0002, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010}},
      {"ANON",
       {0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018,
        0xc019}},
      {"EXPORT", {0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019}},
      {"DES", {0x0009, 0x0012, 0x0015}},
      {"RC4", {0x0004, 0x0005, 0xc002, 0xc007, 0xc00c, 0xc011}},
      {"3DES", {0x000a, 0x0013, 0x0016, 0xc003, 0xc008, 0xc00d, 0xc012}}};
  return families;
}

std::vector<std::string_view> weak_names() {
  std::vector<std::string_view> out;
  for (const WeakFamily& family : weak_families()) out.push_back(family.name);
  return out;
}

std::string_view weak_family_of(uint16_t suite) {
  for (const WeakFamily& family : weak_families())
    if (std::ranges::find(family.suites, suite) != family.suites.end()) return family.name;
  return {};
}

// On their way out (RFC 10015, RFC 9325 §4.1), each as an OpenSSL cipher list.
struct LegacyFamily {
  std::string_view name;
  std::string_view suites;
};
constexpr LegacyFamily legacy_families[] = {{"CBC", "ECDHE"}, {"DHE", "kDHE"}, {"RSA-KEX", "kRSA"}};

std::vector<std::string_view> legacy_names() {
  std::vector<std::string_view> out;
  for (const LegacyFamily& family : legacy_families) out.push_back(family.name);
  return out;
}

constexpr char modern_suites[] = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AESCCM";

std::string legacy_suites(const std::vector<std::string_view>& families) {
  std::string out;
  for (const LegacyFamily& family : legacy_families)
    if (std::ranges::find(families, family.name) != families.end()) (out += family.suites) += ':';
  // The modern ECDHE suites must not answer for the old ones.
  return out + "-ECDHE+AESGCM:-ECDHE+CHACHA20:-ECDHE+AESCCM:-ECDHE+ARIAGCM:!aNULL:!eNULL";
}

// What SSLv3 servers spoke.
constexpr uint16_t ssl3_suites[] = {0x0005, 0x0004, 0x000a, 0x0016, 0x002f, 0x0035, 0x0033, 0x0039};

constexpr std::string_view weak_groups[] = {"P-224", "P-192"};

}  // namespace

std::string_view family_of(std::string_view suite) {
  const auto holds = [&](std::string_view part) {
    return suite.find(part) != std::string_view::npos;
  };
  if (suite.starts_with("TLS_")) return {};
  if (holds("NULL")) return "NULL";
  if (suite.starts_with("ADH-") || suite.starts_with("AECDH-")) return "ANON";
  if (suite.starts_with("ECDHE-"))
    return holds("GCM") || holds("CCM") || holds("CHACHA20") ? "ECDHE" : "CBC";
  return suite.starts_with("DHE-") ? "DHE" : "RSA-KEX";
}

TlsScan::TlsScan(const Name& host, const TlsSession& basic, std::optional<int> basic_dh_bits)
    : host_(host) {
  learn(basic, basic_dh_bits);
  const auto best = parse_tls_version(basic.version);
  for (const TlsVersion version :
       {TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3}) {
    // The willing client offered all: a server that took less has nothing better.
    if (best && version > *best)
      support_.versions[std::string(to_text(version))] = false;
    else if (version != best)
      versions_.push_back(version);
  }
  skip_what_is_known();
}

void TlsScan::learn(const TlsSession& session, std::optional<int> bits) {
  if (!session.version.empty()) support_.versions[session.version] = true;
  if (!session.suite.empty()) support_.suites[session.suite] = true;
  if (const std::string_view family = family_of(session.suite);
      !session.suite.empty() && !family.empty())
    support_.suites[std::string(family)] = true;
  if (!session.group.empty()) support_.groups[session.group] = true;
  if (bits) support_.dh_bits = std::min(*bits, support_.dh_bits.value_or(*bits));
}

// The best version up to 1.2 that is known to be accepted: families exist only there.
std::optional<TlsVersion> TlsScan::highest_old() const {
  for (const TlsVersion version : {TlsVersion::tls1_2, TlsVersion::tls1_1, TlsVersion::tls1_0}) {
    const auto found = support_.versions.find(std::string(to_text(version)));
    if (found != support_.versions.end() && found->second) return version;
  }
  return {};
}

std::vector<std::string_view> TlsScan::open_families(
    const std::vector<std::string_view>& names) const {
  std::vector<std::string_view> out;
  for (const std::string_view name : names)
    if (!support_.suites.contains(std::string(name))) out.push_back(name);
  return out;
}

void TlsScan::settle_families(const std::vector<std::string_view>& names, bool accepted) {
  for (const std::string_view name : open_families(names))
    support_.suites[std::string(name)] = accepted;
}

std::string TlsScan::ssl_version(Step step) { return step == Step::ssl2 ? "SSLv2" : "SSLv3"; }

bool TlsScan::applies() const {
  switch (step_) {
    case Step::versions:
      return !versions_.empty();
    case Step::weak:
      return highest_old() && !open_families(weak_names()).empty();
    // Nobody who turned TLS 1.0 off kept what is older; a look would cost a connection.
    case Step::ssl3:
    case Step::ssl2: {
      const auto oldest = support_.versions.find("TLSv1");
      return !support_.versions.contains(ssl_version(step_)) && oldest != support_.versions.end() &&
             oldest->second;
    }
    case Step::legacy:
      return highest_old() && !open_families(legacy_names()).empty();
    case Step::modern:
      return highest_old() == TlsVersion::tls1_2 && !support_.suites.contains("ECDHE");
    case Step::groups:
      return highest_old() && !support_.groups.contains(std::string(weak_groups[0]));
    case Step::done:
      break;
  }
  return false;
}

void TlsScan::skip_what_is_known() {
  while (step_ != Step::done && !applies()) give_up_step();
  if (connections_ >= max_scan_connections) step_ = Step::done;
}

void TlsScan::give_up_step() {
  // Without any version up to 1.2 the old suites cannot be had.
  const auto& seen = support_.versions;
  const bool only_new =
      std::ranges::all_of(std::initializer_list<const char*>{"TLSv1", "TLSv1.1", "TLSv1.2"},
                          [&](const char* text) { return seen.contains(text) && !seen.at(text); });
  if (step_ == Step::versions && only_new) {
    settle_families(weak_names(), false);
    settle_families(legacy_names(), false);
  }
  step_ = static_cast<Step>(static_cast<uint8_t>(step_) + 1);
}

std::optional<TlsAttempt> TlsScan::next() const {
  switch (step_) {
    case Step::versions:
      return TlsAttempt{.offer = {.lowest = versions_.back(), .highest = versions_.back()}};
    case Step::weak: {
      std::vector<uint16_t> suites;
      for (const WeakFamily& family : weak_families())
        if (!support_.suites.contains(std::string(family.name)))
          suites.insert(suites.end(), family.suites.begin(), family.suites.end());
      return TlsAttempt{.hello = client_hello(HelloVersion::tls1_2, host_, suites)};
    }
    case Step::ssl3:
      return TlsAttempt{.hello = client_hello(HelloVersion::ssl3, host_, ssl3_suites)};
    case Step::ssl2:
      return TlsAttempt{.hello = ssl2_client_hello()};
    case Step::legacy:
      return TlsAttempt{.offer = {.highest = TlsVersion::tls1_2,
                                  .suites = legacy_suites(open_families(legacy_names()))}};
    case Step::modern:
      return TlsAttempt{.offer = {.highest = TlsVersion::tls1_2, .suites = modern_suites}};
    case Step::groups:
      return TlsAttempt{.offer = {.highest = TlsVersion::tls1_2,
                                  .suites = "ECDHE:!aNULL:!eNULL",
                                  .groups = "P-224:P-192"}};
    case Step::done:
      break;
  }
  return {};
}

void TlsScan::add(TlsAnswer answer, const TlsSession& session, std::optional<int> bits) {
  ++connections_;
  const size_t known = support_.suites.size();
  if (answer == TlsAnswer::accepted) learn(session, bits);
  switch (step_) {
    case Step::versions:
      if (answer == TlsAnswer::refused)
        support_.versions[std::string(to_text(versions_.back()))] = false;
      versions_.pop_back();
      break;
    case Step::legacy:
      if (answer == TlsAnswer::refused) settle_families(legacy_names(), false);
      // Once more for the families that are left, as long as each look teaches something.
      if (answer != TlsAnswer::accepted || support_.suites.size() == known) give_up_step();
      break;
    case Step::modern:
      if (answer == TlsAnswer::refused) support_.suites["ECDHE"] = false;
      give_up_step();
      break;
    case Step::groups:
      for (const std::string_view group : weak_groups)
        if (answer == TlsAnswer::refused) support_.groups[std::string(group)] = false;
      give_up_step();
      break;
    default:
      give_up_step();
  }
  skip_what_is_known();
}

void TlsScan::add(const HelloReply& reply) {
  ++connections_;
  const bool weak = step_ == Step::weak;
  const std::string_view family = weak ? weak_family_of(reply.suite) : std::string_view();
  if (reply.kind == HelloReply::Kind::chosen && weak && !family.empty()) {
    support_.suites[std::string(family)] = true;
  } else if (reply.kind == HelloReply::Kind::chosen && !weak) {
    const HelloVersion asked = step_ == Step::ssl2 ? HelloVersion::ssl2 : HelloVersion::ssl3;
    support_.versions[ssl_version(step_)] = reply.version == static_cast<uint16_t>(asked);
  } else {
    if (reply.kind == HelloReply::Kind::refused && weak) settle_families(weak_names(), false);
    if (reply.kind == HelloReply::Kind::refused && !weak)
      support_.versions[ssl_version(step_)] = false;
    give_up_step();
  }
  skip_what_is_known();
}

}  // namespace mailfleet

#include "world/root_signer.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr uint16_t rrsig_type = 46;
constexpr uint16_t nsec_type = 47;
constexpr uint8_t ecdsa_p256_sha256 = 13;
constexpr size_t coordinate = 32;

[[noreturn]] void impossible() { throw std::runtime_error("OpenSSL cannot sign"); }

std::string public_point(EVP_PKEY* key) {
  std::array<unsigned char, 1 + 2 * coordinate> octets{};
  size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, "pub", octets.data(), octets.size(), &size) != 1 ||
      size != octets.size())
    impossible();
  return {reinterpret_cast<const char*>(octets.data()) + 1, 2 * coordinate};
}

// RFC 4034 appendix B.
uint16_t key_tag(const std::string& rdata) {
  uint32_t sum = 0;
  for (size_t i = 0; i < rdata.size(); ++i)
    sum += i % 2 == 0 ? static_cast<uint32_t>(static_cast<uint8_t>(rdata[i])) << 8
                      : static_cast<uint8_t>(rdata[i]);
  return static_cast<uint16_t>((sum + (sum >> 16)) & 0xffff);
}

// RFC 6605 §4: r and s, 32 octets each.
std::string raw_signature(EVP_PKEY* key, const std::string& data) {
  const std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der{};
  size_t size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size,
                     reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 1)
    impossible();
  const unsigned char* at = der.data();
  const std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>> parts(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string out(2 * coordinate, '\0');
  auto* raw = reinterpret_cast<unsigned char*>(out.data());
  if (!parts || BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), raw, coordinate) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), raw + coordinate, coordinate) < 0)
    impossible();
  return out;
}

std::string wire_or_root(const std::optional<Name>& name) {
  return name ? wire_name(*name) : std::string(1, '\0');
}

// RFC 4034 §3.1.3: neither the root nor a leading "*" counts.
uint8_t signed_labels(const std::optional<Name>& source) {
  if (!source) return 0;
  const size_t count = source->label_count();
  return static_cast<uint8_t>(source->labels().front() == "*" ? count - 1 : count);
}

std::string type_bitmap(std::vector<uint16_t> types) {
  std::map<uint8_t, std::string> windows;
  for (const uint16_t type : types) {
    std::string& window = windows[static_cast<uint8_t>(type >> 8)];
    const size_t at = (type & 0xff) / 8;
    if (window.size() <= at) window.resize(at + 1, '\0');
    window[at] = static_cast<char>(static_cast<uint8_t>(window[at]) | 0x80 >> (type & 7));
  }
  std::string out;
  for (const auto& [number, window] : windows)
    out += std::string{static_cast<char>(number), static_cast<char>(window.size())} + window;
  return out;
}

std::string label_wire(const std::string& label) { return static_cast<char>(label.size()) + label; }

// The first label of a wire name, and what follows.
std::pair<std::string, std::string> split_wire(const std::string& wire) {
  const size_t length = static_cast<uint8_t>(wire.front());
  return {wire.substr(1, length), wire.substr(1 + length)};
}

constexpr size_t longest_label = 63;

// A label that sorts just before: nothing can lie between.
std::string label_before(std::string label) {
  label.back() = static_cast<char>(static_cast<uint8_t>(label.back()) - 1);
  if (label.size() < longest_label) label += '\xff';
  return label;
}

std::string label_after(std::string label) {
  if (label.size() < longest_label)
    label += '\0';
  else
    label.back() = static_cast<char>(static_cast<uint8_t>(label.back()) + 1);
  return label;
}

}  // namespace

RootSigner::RootSigner(Time now) : key_(EVP_EC_gen("P-256")) {
  if (!key_) impossible();
  append_number(dnskey_, 257, 2);  // zone key, secure entry point
  append_number(dnskey_, 3, 1);
  append_number(dnskey_, ecdsa_p256_sha256, 1);
  dnskey_ += public_point(key_.get());
  tag_ = key_tag(dnskey_);
  inception_ = static_cast<uint32_t>((now - std::chrono::days(1)).time_since_epoch().count());
  expiration_ = static_cast<uint32_t>((now + std::chrono::days(14)).time_since_epoch().count());
}

std::string RootSigner::trust_anchor() const {
  const std::string point = dnskey_.substr(4);
  std::string text(4 * ((point.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(point.data()),
                                   static_cast<int>(point.size()));
  text.resize(static_cast<size_t>(size));
  return ". 3600 IN DNSKEY 257 3 13 " + text + "\n";
}

WireRecord RootSigner::signature(const std::vector<WireRecord>& set,
                                 const std::optional<Name>& source, Quality quality) const {
  const WireRecord& first = set.front();
  std::string fields;
  append_number(fields, first.type, 2);
  append_number(fields, ecdsa_p256_sha256, 1);
  append_number(fields, signed_labels(source), 1);
  append_number(fields, first.ttl_seconds, 4);
  append_number(fields, expiration_, 4);
  append_number(fields, inception_, 4);
  append_number(fields, tag_, 2);
  fields += '\0';  // signer: the root
  std::vector<std::string> records;
  for (const WireRecord& record : set) records.push_back(record.rdata);
  std::ranges::sort(records, [](const std::string& a, const std::string& b) {
    return std::ranges::lexicographical_compare(
        a, b, [](char x, char y) { return static_cast<uint8_t>(x) < static_cast<uint8_t>(y); });
  });
  std::string data = fields;  // RFC 4034 §3.1.8.1
  for (const std::string& rdata : records) {
    data += wire_or_root(source);
    append_number(data, first.type, 2);
    append_number(data, 1, 2);
    append_number(data, first.ttl_seconds, 4);
    append_number(data, static_cast<uint32_t>(rdata.size()), 2);
    data += rdata;
  }
  if (quality == Quality::broken) data += "spoilt";
  return {first.owner, rrsig_type, first.ttl_seconds, fields + raw_signature(key_.get(), data)};
}

WireRecord nsec_at(const Name& name, std::vector<uint16_t> types, uint32_t ttl_seconds) {
  types.push_back(rrsig_type);
  types.push_back(nsec_type);
  const std::string owner = wire_name(name);
  return {owner, nsec_type, ttl_seconds, std::string("\x01\x00", 2) + owner + type_bitmap(types)};
}

WireRecord nsec_around(const Name& name, uint32_t ttl_seconds) {
  const auto [label, rest] = split_wire(wire_name(name));
  return {label_wire(label_before(label)) + rest, nsec_type, ttl_seconds,
          label_wire(label_after(label)) + rest + type_bitmap({rrsig_type, nsec_type})};
}

}  // namespace mailfleet

#include "monitor/probe/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sha.h>

#include <cctype>
#include <ctime>

#include "checks/base/text.h"
#include "monitor/probe/tls_handles.h"

namespace mailfleet {
namespace {

// Printable ASCII as it is; other octets, blanks and the backslash as \DDD (RFC 1035 §5.1).
std::string escaped(std::string_view octets) {
  std::string out;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > 0x20 && octet < 0x7f && c != '\\') {
      out += c;
      continue;
    }
    const std::string digits = std::to_string(octet);
    (out += '\\').append(3 - digits.size(), '0') += digits;
  }
  return out;
}

std::string_view octets_of(const ASN1_STRING* text) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  const int length = ASN1_STRING_length(text);
  return data && length > 0 ? std::string_view(data, static_cast<size_t>(length))
                            : std::string_view();
}

template <class T>
std::string der_of(const T* thing, int (*encode)(const T*, unsigned char**)) {
  unsigned char* buffer = nullptr;
  const int length = thing ? encode(thing, &buffer) : 0;
  std::string out;
  if (length > 0) out.assign(reinterpret_cast<const char*>(buffer), static_cast<size_t>(length));
  OPENSSL_free(buffer);
  return out;
}

std::string sha256_hex(std::string_view octets) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest);
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char octet : digest) (out += digits[octet >> 4]) += digits[octet & 0xf];
  return out;
}

std::string name_text(const X509_NAME* name) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!name || !out) return {};
  // RFC 2253, but UTF-8 stays readable.
  const unsigned long flags =
      (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) |
      ASN1_STRFLGS_UTF8_CONVERT;
  if (X509_NAME_print_ex(out.get(), name, 0, flags) < 0) return {};
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : std::string();
}

// The last one is the most specific (RFC 6125 §6.4.4 in the days when it counted).
std::string common_name(const X509_NAME* name) {
  int last = -1;
  for (int at = -1; name && (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
    last = at;
  if (last < 0) return {};
  const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, last);
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
  std::string out;
  if (length > 0) out = escaped({reinterpret_cast<const char*>(utf8), static_cast<size_t>(length)});
  OPENSSL_free(utf8);
  return out;
}

void read_names(const X509* certificate, Certificate& out) {
  out.has_san = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
  const GeneralNamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.names.push_back(escaped(octets_of(name->d.dNSName)));
  }
}

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Time(Seconds(timegm(&parts)));
}

std::string curve_text(const EVP_PKEY* key) {
  char group[64] = "";
  size_t length = 0;
  if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1) return "ec-unknown";
  const std::string_view name(group);
  if (name == "prime256v1" || name == "P-256") return "ec-p256";
  if (name == "secp224r1") return "ec-p224";
  if (name == "secp384r1") return "ec-p384";
  if (name == "secp521r1") return "ec-p521";
  return "ec-" + ascii_lower(name);
}

void read_key(const X509* certificate, Certificate& out) {
  out.key = "unknown";
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!key) return;
  out.key_bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      out.key = "rsa-" + std::to_string(out.key_bits);
      break;
    case EVP_PKEY_DSA:
      out.key = "dsa-" + std::to_string(out.key_bits);
      break;
    case EVP_PKEY_EC:
      out.key = curve_text(key);
      break;
    case EVP_PKEY_ED25519:
      out.key = "ed25519";
      break;
    case EVP_PKEY_ED448:
      out.key = "ed448";
      break;
    default:
      break;
  }
}

// The digest where there is one ("sha256"), else the whole algorithm ("ed25519").
std::string signature_text(const X509* certificate) {
  int digest = NID_undef;
  int algorithm = NID_undef;
  X509_get_signature_info(const_cast<X509*>(certificate), &digest, &algorithm, nullptr, nullptr);
  const int which = digest != NID_undef ? digest : algorithm;
  const char* name = which == NID_undef ? nullptr : OBJ_nid2sn(which);
  return name ? ascii_lower(name) : "unknown";
}

}  // namespace

Certificate read_certificate(const X509* certificate) {
  Certificate out;
  out.der = der_of(certificate, i2d_X509);
  out.spki = der_of(X509_get_X509_PUBKEY(certificate), i2d_X509_PUBKEY);
  out.sha256 = sha256_hex(out.der);
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  out.subject = name_text(subject);
  out.issuer = name_text(issuer);
  out.common_name = common_name(subject);
  out.self_issued = X509_NAME_cmp(subject, issuer) == 0;
  out.is_ca = X509_check_ca(const_cast<X509*>(certificate)) != 0;
  read_names(certificate, out);
  out.not_before = time_of(X509_get0_notBefore(certificate));
  out.not_after = time_of(X509_get0_notAfter(certificate));
  read_key(certificate, out);
  out.signature = signature_text(certificate);
  ERR_clear_error();  // what could not be read is in the result, not in the thread's queue
  return out;
}

std::optional<Certificate> read_certificate(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const X509Handle parsed(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!parsed) return {};
  return read_certificate(parsed.get());
}

}  // namespace mailfleet

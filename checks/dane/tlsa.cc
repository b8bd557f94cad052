#include "checks/dane/tlsa.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <memory>

namespace mailfleet {
namespace {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};
void free_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using X509Handle = std::unique_ptr<X509, Releases<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using StackHandle = std::unique_ptr<STACK_OF(X509), Releases<free_stack>>;
using StoreHandle = std::unique_ptr<X509_STORE, Releases<X509_STORE_free>>;
using ContextHandle = std::unique_ptr<X509_STORE_CTX, Releases<X509_STORE_CTX_free>>;

constexpr uint8_t dane_ta = 2;
constexpr uint8_t dane_ee = 3;
constexpr size_t max_chain = 10;

const unsigned char* octets(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

X509Handle parse_certificate(const std::string& der) {
  const unsigned char* at = octets(der);
  X509Handle out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return out && at == octets(der) + der.size() ? std::move(out) : nullptr;
}

KeyHandle parse_key(const std::string& der) {
  const unsigned char* at = octets(der);
  KeyHandle out(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return out && at == octets(der) + der.size() ? std::move(out) : nullptr;
}

std::string digest(const EVP_MD* kind, const std::string& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(data.data(), data.size(), out, &length, kind, nullptr);
  return {reinterpret_cast<const char*>(out), length};
}

bool matches(const TlsaRecord& record, const Certificate& certificate) {
  const std::string& selected = record.selector == 0 ? certificate.der : certificate.spki;
  if (selected.empty()) return false;
  if (record.matching == 0) return record.data == selected;
  return record.data == digest(record.matching == 1 ? EVP_sha256() : EVP_sha512(), selected);
}

// RFC 7672 §3.2.3: the common name counts only when there is no DNS-ID at all.
bool names_any(const Certificate& leaf, const std::vector<Name>& references) {
  return std::ranges::any_of(references, [&](const Name& reference) {
    if (!leaf.names.empty()) return certificate_names(leaf, reference);
    return !leaf.common_name.empty() && dns_id_matches(leaf.common_name, reference);
  });
}

// A path of valid signatures, constraints and dates from the leaf to the anchor, over what was
// sent.
bool leads_to(X509* anchor, const TlsaContext& seen) {
  const X509Handle leaf = parse_certificate(seen.sent.front()->der);
  const StackHandle rest(sk_X509_new_null());
  const StoreHandle store(X509_STORE_new());
  const ContextHandle context(X509_STORE_CTX_new());
  if (!leaf || !rest || !store || !context) return false;
  for (size_t i = 1; i < seen.sent.size() && i < max_chain; ++i)
    if (X509Handle each = parse_certificate(seen.sent[i]->der))
      sk_X509_push(rest.get(), each.release());
  X509_STORE_add_cert(store.get(), anchor);
  bool valid = false;
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), rest.get()) == 1) {
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(rules, 0);
    X509_VERIFY_PARAM_set_time(rules, seen.now.time_since_epoch().count());
    valid = X509_verify_cert(context.get()) == 1;
  }
  ERR_clear_error();
  return valid;
}

bool in_date(const X509* certificate, Time now) {
  const time_t at = now.time_since_epoch().count();
  return ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), at) <= 0 &&
         ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), at) >= 0;
}

// A bare key vouches for whatever it signed: the leaf itself, or an authority that was sent.
bool authenticates_by_key(const std::string& spki, const TlsaContext& seen) {
  const KeyHandle key = parse_key(spki);
  bool signs = false;
  for (size_t i = 0; key && !signs && i < seen.sent.size() && i < max_chain; ++i) {
    // What signs itself is not vouched for by anybody else.
    if (spki == seen.sent[i]->spki) continue;
    const X509Handle certificate = parse_certificate(seen.sent[i]->der);
    if (!certificate || X509_verify(certificate.get(), key.get()) != 1) continue;
    signs = i == 0 ? in_date(certificate.get(), seen.now) : leads_to(certificate.get(), seen);
  }
  ERR_clear_error();
  return signs;
}

// The authority must have been sent (RFC 7672 §3.1.2), unless the record holds it in full.
bool authenticates_by_authority(const TlsaRecord& record, const TlsaContext& seen) {
  if (!names_any(*seen.sent.front(), seen.names)) return false;
  for (size_t i = 1; i < seen.sent.size() && i < max_chain; ++i) {
    if (!matches(record, *seen.sent[i])) continue;
    const X509Handle anchor = parse_certificate(seen.sent[i]->der);
    if (anchor && leads_to(anchor.get(), seen)) return true;
  }
  if (record.matching != 0) return false;
  if (record.selector == 1) return authenticates_by_key(record.data, seen);
  const X509Handle anchor = parse_certificate(record.data);
  // The leaf itself is no authority over itself.
  return anchor && record.data != seen.sent.front()->der && leads_to(anchor.get(), seen);
}

}  // namespace

bool is_usable(const TlsaRecord& record) {
  if (record.usage != dane_ta && record.usage != dane_ee) return false;
  if (record.selector > 1) return false;
  switch (record.matching) {
    case 0:
      return record.selector == 0 ? parse_certificate(record.data) != nullptr
                                  : parse_key(record.data) != nullptr;
    case 1:
      return record.data.size() == 32;
    case 2:
      return record.data.size() == 64;
    default:
      return false;
  }
}

std::vector<TlsaRecord> strongest_only(const std::vector<TlsaRecord>& usable) {
  std::map<std::pair<uint8_t, uint8_t>, uint8_t> best;
  for (const TlsaRecord& record : usable) {
    uint8_t& strongest = best[{record.usage, record.selector}];
    strongest = std::max(strongest, record.matching);
  }
  std::vector<TlsaRecord> out;
  for (const TlsaRecord& record : usable)
    if (record.matching == 0 || record.matching == best[{record.usage, record.selector}])
      out.push_back(record);
  return out;
}

bool authenticates(const TlsaRecord& record, const TlsaContext& seen) {
  if (seen.sent.empty() || !is_usable(record)) return false;
  // RFC 7672 §3.1.1: neither names nor dates matter, the record says it all.
  if (record.usage == dane_ee) return matches(record, *seen.sent.front());
  return authenticates_by_authority(record, seen);
}

TlsaVerdict judge_tlsa(const std::vector<TlsaRecord>& records, const TlsaContext& seen) {
  std::vector<TlsaRecord> usable;
  std::ranges::copy_if(records, std::back_inserter(usable), is_usable);
  const std::vector<TlsaRecord> used = strongest_only(usable);
  TlsaVerdict out;
  std::map<std::string, bool> covered;
  for (const TlsaRecord& record : usable) {
    const bool match = authenticates(record, seen);
    covered[combination_text(record)] |= match;
    out.without_agility |= match;
    out.authenticated |= match && std::ranges::find(used, record) != used.end();
  }
  for (const auto& [combination, match] : covered)
    if (!match) out.uncovered.push_back(combination);
  return out;
}

std::string combination_text(const TlsaRecord& record) {
  return std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
         std::to_string(record.matching);
}

}  // namespace mailfleet

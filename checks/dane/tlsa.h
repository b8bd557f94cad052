// TLSA records as SMTP uses them: which can be used at all, and whether one of them vouches for the
// chain a server showed (RFC 6698, RFC 7671, RFC 7672 §3). Pure; libcrypto as a calculator.
#pragma once

#include <string>
#include <vector>

#include "checks/base/evidence.h"

namespace mailfleet {

// RFC 7672 §3.1: usages 2 (DANE-TA) and 3 (DANE-EE) only; known selector and matching type; a
// digest of the right length, or full data that can be parsed.
bool is_usable(const TlsaRecord& record);

// RFC 7671 §9, digest agility: per usage and selector only the strongest digest, and full data.
std::vector<TlsaRecord> strongest_only(const std::vector<TlsaRecord>& usable);

struct TlsaContext {
  std::vector<CertificatePtr> sent{};  // leaf first
  std::vector<Name> names{};           // reference identifiers, for usage 2 (RFC 7672 §3.2.2)
  Time now{};
};

// Whether one record authenticates the chain. Usage 3: the leaf, whatever its name and dates. Usage
// 2: an authority above the leaf, a path of valid signatures and dates to it, and a name.
bool authenticates(const TlsaRecord& record, const TlsaContext& seen);

struct TlsaVerdict {
  bool authenticated = false;
  bool without_agility = false;          // some record matches, were the weaker ones not ignored
  std::vector<std::string> uncovered{};  // "3 1 1": combinations of which no record matches
};

// RFC 7671 §8: any match authenticates, but each combination present should have one.
TlsaVerdict judge_tlsa(const std::vector<TlsaRecord>& records, const TlsaContext& seen);

// "3 1 1"
std::string combination_text(const TlsaRecord& record);

}  // namespace mailfleet

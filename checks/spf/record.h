// An SPF record taken apart (RFC 7208 §4.5, §4.6.1, §5, §6, §12).
//
// The whole record is read before anything is evaluated (§4.6). Reading never fails: what breaks
// the grammar is listed under `problems`, and one problem makes the record a permerror.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/address.h"
#include "checks/spf/macro.h"

namespace mailfleet::spf {

enum class Mechanism { all, include, a, mx, ptr, ip4, ip6, exists };

struct Term {
  std::string text{};    // as written
  char qualifier = '+';  // + - ~ ?
  Mechanism mechanism = Mechanism::all;
  MacroString target{};  // <domain-spec>; empty when none was given
  Network network{};     // ip4, ip6
  int prefix4 = 32;      // a, mx
  int prefix6 = 128;

  bool asks_dns() const {  // counts against the limit of §4.6.4
    return mechanism != Mechanism::all && mechanism != Mechanism::ip4 &&
           mechanism != Mechanism::ip6;
  }
};

struct Record {
  std::string text{};
  std::vector<Term> terms{};  // mechanisms, in order
  std::optional<MacroString> redirect{};
  std::optional<MacroString> explanation{};
  std::string redirect_text{};          // as written
  std::vector<std::string> problems{};  // the terms that break the grammar
  bool uses_macro_p = false;

  // The place of the first `all`, or terms.size(): nothing behind it is ever looked at (§5.1).
  size_t end() const;
  bool has_all() const { return end() < terms.size(); }
  // Nothing before the last word lets anybody send, nor does `all`; a redirect may.
  bool only_refuses() const;
};

Record parse_record(std::string_view text);

// True for a TXT record that is an SPF record: "v=spf1" in any case, then a space or the end.
bool is_record(std::string_view txt);
// All SPF records among the TXT records of a name; the caller judges how many there are.
std::vector<std::string> select_records(const std::vector<std::string>& txt);

}  // namespace mailfleet::spf

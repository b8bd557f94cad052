#include "checks/dkim/key.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/base/text.h"
#include "checks/dkim/rsa.h"

namespace mailfleet::dkim {
namespace {

constexpr std::array<std::string_view, 6> states{"absent",  "valid",    "revoked",
                                                 "invalid", "unusable", "ambiguous"};
constexpr size_t ed25519_octets = 32;
constexpr int ed25519_bits = 256;

// RFC 6376 §2.8: folding white space; in a TXT record it may hold line breaks.
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

struct TagSpec {
  std::string_view name{};
  std::string_view value{};
};

// RFC 6376 §3.2: a letter, then letters, digits and '_'.
bool is_tag_name(std::string_view name) {
  const auto letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  return !name.empty() && letter(name[0]) && std::ranges::all_of(name, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_tag_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return is_blank(c) || (c > ' ' && c < '\x7f'); });
}

// RFC 6376 §3.2. `sound` turns false where the list breaks the grammar; a tag that occurs twice
// spoils the whole list.
std::vector<TagSpec> tag_list(std::string_view txt, bool& sound) {
  std::vector<TagSpec> out;
  std::vector<std::string_view> parts = split(txt, ';');
  if (!parts.empty() && trim_blanks(parts.back()).empty()) parts.pop_back();
  for (const std::string_view part : parts) {
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      sound = false;
      continue;
    }
    const TagSpec tag{trim_blanks(part.substr(0, equals)), trim_blanks(part.substr(equals + 1))};
    const bool twice = std::ranges::find(out, tag.name, &TagSpec::name) != out.end();
    sound &= is_tag_name(tag.name) && is_tag_value(tag.value) && !twice;
    out.push_back(tag);
  }
  return out;
}

const TagSpec* find(const std::vector<TagSpec>& tags, std::string_view name) {
  const auto found = std::ranges::find(tags, name, &TagSpec::name);
  return found == tags.end() ? nullptr : &*found;
}

// Does the colon-separated list hold one of these words?
bool lists(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(split(value, ':'), [&](std::string_view part) {
    return std::ranges::find(words, trim_blanks(part)) != words.end();
  });
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648 §4, blanks anywhere (RFC 6376 §2.10); empty for anything not padded to whole quads.
std::optional<std::string> base64_decoded(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  size_t count = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = base64_value(c);
    if (value < 0 || padding > 0) return {};
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++count % 4 == 0)
      for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
  }
  if (padding > 2 || (count + padding) % 4 != 0) return {};
  if (padding == 1) {
    out += static_cast<char>(bits >> 10 & 0xff);
    out += static_cast<char>(bits >> 2 & 0xff);
  } else if (padding == 2) {
    out += static_cast<char>(bits >> 4 & 0xff);
  }
  return out;
}

Key wrong(State state, Fault fault, std::string_view seen) {
  return {.state = state, .fault = fault, .seen = std::string(seen)};
}

// The key itself, by what k= says it is.
Key read_data(std::string_view type, std::string_view data) {
  const auto octets = base64_decoded(data);
  if (!octets) return wrong(State::invalid, Fault::base64, data);
  Key key{.state = State::valid, .type = std::string(type)};
  if (type == "ed25519") {
    // RFC 8463 §4.2: the bare 32 octets, in no wrapping.
    if (octets->size() != ed25519_octets) return wrong(State::invalid, Fault::key_data, data);
    key.bits = ed25519_bits;
    return key;
  }
  const auto bits = rsa_bits(*octets);
  if (!bits && is_certificate(*octets)) return wrong(State::invalid, Fault::certificate, data);
  if (!bits) return wrong(State::invalid, Fault::key_data, data);
  key.bits = *bits;
  if (key.bits < least_rsa_bits) {
    key.state = State::unusable;
    key.fault = Fault::too_short;
    key.seen = std::to_string(key.bits) + " bits";
  }
  return key;
}

// What a sound list with a p= says.
Key read_key(const std::vector<TagSpec>& tags, std::string_view data) {
  // RFC 6376 §3.6.1: an empty p= means that the key is revoked, whatever else is said.
  if (data.empty()) return {.state = State::revoked};
  const TagSpec* k = find(tags, "k");
  const std::string_view type = k ? k->value : "rsa";
  if (type != "rsa" && type != "ed25519") return wrong(State::unusable, Fault::key_type, type);
  Key key = read_data(type, data);
  if (const TagSpec* t = find(tags, "t")) key.testing = lists(t->value, {"y"});
  if (key.state != State::valid) return key;
  // RFC 6376 §3.6.1 "h", "s"; RFC 8301 §3.1 leaves SHA-256 only.
  const TagSpec* h = find(tags, "h");
  const TagSpec* s = find(tags, "s");
  const bool sha1_only = h && !lists(h->value, {"sha256"});
  const bool not_email = s && !lists(s->value, {"*", "email"});
  if (!sha1_only && !not_email) return key;
  key.state = State::unusable;
  key.fault = sha1_only ? Fault::sha1_only : Fault::not_email;
  key.seen = sha1_only ? h->value : s->value;
  return key;
}

}  // namespace

std::string_view to_text(State state) { return states[static_cast<size_t>(state)]; }

Key parse_key(std::string_view txt) {
  bool sound = true;
  const std::vector<TagSpec> tags = tag_list(txt, sound);
  const TagSpec* v = find(tags, "v");
  const TagSpec* p = find(tags, "p");
  // A wildcard's answer, or another standard's record ("v=DMARC1; p=reject"), is not meant as a
  // key.
  if (v ? !starts_with_ignoring_case(v->value, "dkim") : !p) return {};
  if (v && (v != &tags.front() || v->value != "DKIM1"))
    return wrong(State::invalid, Fault::version, v->value);
  if (!sound) return wrong(State::invalid, Fault::syntax, txt);
  if (!p) return wrong(State::invalid, Fault::no_key, txt);
  return read_key(tags, p->value);
}

Key parse_records(const std::vector<std::string>& txt) {
  if (txt.empty()) return {};
  if (txt.size() == 1) return parse_key(txt.front());
  const bool any = std::ranges::any_of(
      txt, [](const std::string& each) { return parse_key(each).state != State::absent; });
  if (!any) return {};
  return {.state = State::ambiguous, .seen = std::to_string(txt.size()) + " records"};
}

}  // namespace mailfleet::dkim

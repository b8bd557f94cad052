#include "monitor/fleet/domain_text.h"

#include <algorithm>

#include "checks/base/address.h"
#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr size_t max_domain_characters = 253;
constexpr size_t max_label_characters = 63;

// What word processors and spreadsheets leave around a name: blanks, no-break and zero-width ones.
constexpr std::string_view invisible[] = {" ",
                                          "\t",
                                          "\xC2\xA0",
                                          "\xE2\x80\x8B",
                                          "\xE2\x80\x8C",
                                          "\xE2\x80\x8D",
                                          "\xE2\x80\x8E",
                                          "\xE2\x81\xA0",
                                          "\xEF\xBB\xBF",
                                          "\xC2\xAD"};

std::string_view without_invisible_ends(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view each : invisible) {
      if (text.starts_with(each)) text.remove_prefix(each.size()), again = true;
      if (text.ends_with(each)) text.remove_suffix(each.size()), again = true;
    }
  }
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

struct Unwrapped {
  std::string_view text;
  std::string note{};
  bool from_url = false;
};

// Takes away what stands around the host of a URL. `text` begins after "scheme://".
std::string_view host_of_url(std::string_view text) {
  text = text.substr(0, text.find_first_of("/?#"));
  const size_t user = text.rfind('@');
  if (user != std::string_view::npos) text.remove_prefix(user + 1);
  return text.substr(0, text.rfind(':'));
}

Unwrapped unwrap(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme != std::string_view::npos)
    return {host_of_url(text.substr(scheme + 3)), "understood from a web address", true};
  const size_t open = text.rfind('<');  // "Post Room <post@council.gov.uk>"
  if (open != std::string_view::npos && text.ends_with('>'))
    text = text.substr(open + 1, text.size() - open - 2);
  if (starts_with_ignoring_case(text, "mailto:")) text = text.substr(7, text.find('?') - 7);
  const size_t at = text.find('@');
  if (at != std::string_view::npos && text.find('@', at + 1) == std::string_view::npos)
    return {text.substr(at + 1), "understood from an e-mail address"};
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos && slash > 0)
    return {host_of_url(text), "understood from a web address", true};
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(':') == colon && colon + 1 < text.size() &&
      std::ranges::all_of(text.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; }))
    return {text.substr(0, colon), "understood without its port"};
  return {text};
}

// Why a lower-case ASCII name is no mail domain (RFC 5321 §2.3.5: letters, digits, hyphens).
std::string fault_of(std::string_view name) {
  if (name.empty()) return "no domain";
  if (Address::parse(name)) return "an address, not a domain";
  if (name.find('*') != std::string_view::npos) return "a pattern, not a domain; list each domain";
  if (name.size() > max_domain_characters) return "longer than 253 characters";
  const auto labels = split(name, '.');
  for (const std::string_view label : labels) {
    if (label.empty()) return "two dots follow each other, or it begins with one";
    if (label.size() > max_label_characters)
      return "a part between dots is longer than 63 characters";
    if (!std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; }))
      return "it holds characters that no mail domain has";
    if (label.front() == '-' || label.back() == '-') return "a part begins or ends with a hyphen";
  }
  if (labels.size() < 2) return "a single word, not a domain";
  if (std::ranges::all_of(labels.back(), [](char c) { return c >= '0' && c <= '9'; }))
    return "an address, not a domain";
  return {};
}

DomainText refused(std::string reason) { return {.reason = std::move(reason)}; }

std::optional<Name> without_www(const Name& name, const DomainTools& tools) {
  if (!name.text().starts_with("www.")) return {};
  const auto parent = name.parent();
  if (!parent || parent->label_count() < 2 || tools.is_public_suffix(*parent)) return {};
  return parent;
}

}  // namespace

DomainText understand_domain(std::string_view text, const DomainTools& tools) {
  if (std::ranges::any_of(without_invisible_ends(text), is_control))
    return refused("it holds control characters");
  if (valid_utf8(text) != text) return refused("not UTF-8; save the file as UTF-8");
  Unwrapped inner = unwrap(without_invisible_ends(text));
  inner.text = without_invisible_ends(inner.text);
  if (inner.text.ends_with('.')) inner.text.remove_suffix(1);  // the root, said aloud
  if (inner.text.find_first_of(" \t,;") != std::string_view::npos)
    return refused("more than one name; write one a line");
  const auto ascii = tools.to_a_labels(inner.text);
  if (!ascii) return refused("not a domain that can be registered (IDNA)");
  std::string lower = ascii_lower(*ascii);
  if (std::string fault = fault_of(lower); !fault.empty()) return refused(std::move(fault));
  std::optional<Name> name = Name::parse(lower);
  if (!name) return refused("not a domain");
  if (inner.from_url)
    if (const auto bare = without_www(*name, tools)) {
      name = bare;
      inner.note += ", without its \"www\"";
    }
  if (tools.is_public_suffix(*name))
    return refused("a public suffix, under which others register; list the domains below it");
  return {.name = std::move(name), .note = std::move(inner.note)};
}

}  // namespace mailfleet

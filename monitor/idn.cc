#include "monitor/idn.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace mailfleet {
namespace {

using Idn2Text = std::unique_ptr<char, void (*)(void*)>;

}  // namespace

std::optional<std::string> to_a_labels(std::string_view text) {
  // libidn2 reads up to a NUL, and would take what follows one for nothing.
  if (text.find('\0') != std::string_view::npos) return {};
  const bool ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::string(text);
  char* raw = nullptr;
  const int code =
      idn2_to_ascii_8z(std::string(text).c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const Idn2Text out(raw, idn2_free);
  if (code != IDN2_OK) return {};
  return std::string(out.get());
}

std::optional<Name> name_of_people(std::string_view text) {
  const auto ascii = to_a_labels(text);
  return ascii ? Name::parse(*ascii) : std::nullopt;
}

std::string to_u_labels(const Name& name) {
  if (name.text().find("xn--") == std::string::npos) return name.text();
  char* raw = nullptr;
  const int code = idn2_to_unicode_8z8z(name.text().c_str(), &raw, 0);
  const Idn2Text out(raw, idn2_free);
  // A label that was never a U-label decodes to anything, control characters included.
  if (code != IDN2_OK || to_a_labels(out.get()) != name.text()) return name.text();
  return out.get();
}

}  // namespace mailfleet

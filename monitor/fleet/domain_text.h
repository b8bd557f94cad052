// What somebody meant who wrote something in the place of a domain: a domain, an e-mail address, a
// web address, a name with letters beyond ASCII. Either a name, perhaps with a note on how it was
// understood, or the reason why it cannot be one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checks/base/name.h"

namespace mailfleet {

struct DomainTools {
  // U-labels to A-labels (RFC 5891); empty when that cannot be.
  std::function<std::optional<std::string>(std::string_view)> to_a_labels{};
  // "gov.uk": a name under which others register, so nobody's mail domain.
  std::function<bool(const Name&)> is_public_suffix{};
};

struct DomainText {
  std::optional<Name> name{};
  std::string note{};    // "understood from an e-mail address"; empty for a plain domain
  std::string reason{};  // when there is no name
};

DomainText understand_domain(std::string_view text, const DomainTools& tools);

}  // namespace mailfleet

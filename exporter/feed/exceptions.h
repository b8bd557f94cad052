// Reads exceptions.json: the domains for which TLS, or a certificate that can be checked, cannot be
// required today. Strict, as the reader of editions is: who is on this list is sent to in the
// clear.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "exporter/feed/documents.h"
#include "exporter/feed/edition.h"

namespace mailfleet {

struct ExceptionList {
  Time issued{};
  Time expires{};
  std::vector<FeedException> entries{};  // sorted by domain, each once
};

std::variant<ExceptionList, EditionError> read_exceptions(std::string_view json);

}  // namespace mailfleet

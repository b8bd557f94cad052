// What the strict readers of the feed's documents share: a refusal names where and what in one
// line, and text from outside is bounded before it is parsed. Pure.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "exporter/feed/edition.h"

namespace mailfleet {

[[noreturn]] inline void refuse(const std::string& where, const std::string& what) {
  throw std::runtime_error(where + ": " + what);
}

// `what`: the document, for the refusal of a large one. `read` refuses by refuse().
template <class Document>
std::variant<Document, EditionError> read_strictly(std::string_view text, std::string_view what,
                                                   Document (*read)(const boost::json::value&)) {
  constexpr size_t max_depth = 8;
  if (text.size() > max_edition_octets)
    return EditionError{"the " + std::string(what) + " is larger than 256 MiB"};
  boost::json::error_code error;
  boost::json::monotonic_resource memory;
  const boost::json::value value =
      boost::json::parse(text, error, &memory, boost::json::parse_options{.max_depth = max_depth});
  if (error) return EditionError{"not JSON: " + error.message()};
  try {
    return read(value);
  } catch (const std::runtime_error& refusal) {
    return EditionError{refusal.what()};
  }
}

}  // namespace mailfleet

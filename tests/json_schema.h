// A small validator of JSON Schema 2020-12: the keywords that our own schemas use, and no other. An
// unknown keyword is an error, so that no rule is passed over.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace mailfleet {

// Empty when the value fits; else where, and what does not.
std::string schema_error(const boost::json::value& schema, const boost::json::value& value);

}  // namespace mailfleet

// Lists that others publish, understood as fleet lists:
//   ukps-domains         {"domains":[{"domain_pattern","organisation_type_id","notes",…}]}, UK
//   public sector dotgov               CSV with the columns "Domain name", "Organization name",
//   "Domain type", … (.gov) starttls-everywhere  {"policies":{DOMAIN:{"mode","mxs"}}}, the EFF's
//   policy.json
// and our own csv and txt. The line of a JSON entry is where its domain stands in the file.
#pragma once

#include <string_view>

#include "monitor/fleet/list.h"

namespace mailfleet {

// `format` is one of the above or "auto". Throws OperatorError when the file is not of the format.
FleetList import_fleet(std::string_view text, std::string_view file_name, std::string_view format);

}  // namespace mailfleet

// The runbooks of docs/runbooks, carried in the binary: what to do about a kind of alert.
#pragma once

#include <string_view>

namespace mailfleet {

// Markdown, which reads well as it is; empty when there is none of that name.
std::string_view runbook_of(std::string_view kind);

}  // namespace mailfleet

// Who may do what on the admin listener. Pure.
#pragma once

#include <optional>
#include <string>

#include "exporter/http/message.h"

namespace mailfleet {

// The refusal of a request for an admin route, or nothing when it may pass: 401 without the right
// bearer token, 403 when a browser was led here (a foreign Origin, or a Host that is no address of
// this machine), 415 for a body that does not say it is JSON.
std::optional<Response> admin_refusal(const Request& request, const std::string& token);

// For a form of ours: is its "token" the right one, and was it sent to an address of this machine?
// No other site can make a browser know the token, so that the Origin says nothing more.
bool form_may_act(const Request& request, const std::string& token);

// The body as an object; an empty object when there is none; empty optional when it is not JSON.
std::optional<Value> parse_json_object(const std::string& body);

}  // namespace mailfleet

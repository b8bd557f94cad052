// An answer as it goes over the wire: status line, fields, and which body (RFC 9112 §4). Pure.
#pragma once

#include <string>
#include <string_view>

#include "checks/base/time.h"
#include "exporter/http/message.h"

namespace mailfleet {

namespace web {

struct WireAnswer {
  unsigned status = 0;
  std::string head{};       // up to and with the empty line
  DocumentPtr document{};   // owns the body
  std::string_view body{};  // of `document`; empty for HEAD and 304
  bool close = false;
};

}  // namespace web
using web::WireAnswer;

// Chooses gzip where the document has it and the client takes it, answers 304 to a conditional
// request whose tag holds, and adds the fields that every answer carries.
WireAnswer wire_answer(const Request& request, Response response, Time now);

std::string http_date(Time time);  // "Sat, 21 Nov 2026 12:00:00 GMT" (RFC 9110 §5.6.7)

}  // namespace mailfleet

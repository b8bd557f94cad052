// The reports attached to a mail message (RFC 5322, RFC 2045, RFC 2046), decoded.
//
// Reads as much of MIME as finding an attachment needs: header fields, multiparts in multiparts, a
// forwarded message inside, base64 and quoted-printable. File names are looked at for their ending
// and never used. No signature is verified, neither DKIM nor S/MIME: who sent it is not known.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/report.h"

namespace mailfleet::reports {

// Begins with a header field, or with the "From " line of a mailbox file.
bool is_message(std::string_view octets);

// Content of each part that may be a report by its media type or the ending of its file name.
Read<std::vector<std::string>> attached_reports(std::string_view message);

}  // namespace mailfleet::reports

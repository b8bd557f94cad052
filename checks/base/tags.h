// The "v=X; key=value; …" records that DMARC, TLS-RPT and DKIM share in shape (RFC 6376 §3.2).
// Each standard differs in detail: the reader keeps everything and judges nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

struct Tag {
  std::string key{};    // as written
  std::string value{};  // blanks at both ends removed
};

struct TagList {
  std::vector<Tag> tags{};             // in order, duplicates included
  std::vector<std::string> strays{};   // parts without '=': parsing never fails, it reports

  // The first tag of that key (exact case), or null.
  const std::string* find(std::string_view key) const;
  size_t count(std::string_view key) const;
};

TagList parse_tags(std::string_view txt);

}  // namespace mailfleet

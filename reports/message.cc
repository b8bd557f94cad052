#include "reports/message.h"

#include <algorithm>
#include <array>

#include "reports/header.h"
#include "reports/limits.h"
#include "reports/refuse.h"
#include "reports/transfer_encoding.h"

namespace mailfleet::reports {
namespace {

constexpr size_t max_boundary = 70;  // RFC 2046 §5.1.1

std::string_view field(const Entity& entity, const char* name) {
  const auto found = entity.fields.find(name);
  return found == entity.fields.end() ? std::string_view() : std::string_view(found->second);
}

// RFC 7489 §7.2.1.1, RFC 9990, RFC 8460 §5.3, and what reporters write instead.
bool may_be_report(const FieldValue& type, const FieldValue& disposition) {
  static constexpr std::array<std::string_view, 11> types{"application/gzip",
                                                          "application/x-gzip",
                                                          "application/zip",
                                                          "application/x-zip",
                                                          "application/x-zip-compressed",
                                                          "application/xml",
                                                          "text/xml",
                                                          "application/tlsrpt+gzip",
                                                          "application/tlsrpt+json",
                                                          "application/gzip-compressed",
                                                          "application/x-gzip-compressed"};
  static constexpr std::array<std::string_view, 4> endings{".xml", ".gz", ".zip", ".json"};
  if (std::ranges::find(types, type.word) != types.end()) return true;
  for (const FieldValue* each : {&disposition, &type})
    for (const auto& [name, value] : each->options) {
      const std::string lower = ascii_lower(value);
      const bool is_name = name.starts_with("filename") || name.starts_with("name");
      if (is_name && std::ranges::any_of(endings, [&](auto e) { return lower.ends_with(e); }))
        return true;
    }
  return false;
}

// What stands between the lines "--boundary" (RFC 2046 §5.1.1). A message that was cut off has no
// last one: whether the part is whole, its content says.
std::vector<std::string_view> parts_of(std::string_view body, std::string_view boundary) {
  if (boundary.empty() || boundary.size() > max_boundary)
    refuse("the message is damaged: a multipart without a proper boundary");
  const std::string mark = "--" + std::string(boundary);
  std::vector<std::string_view> out;
  size_t begin = body.npos;  // of the part that is open
  for (size_t at = 0; at < body.size();) {
    const size_t end = std::min(body.find('\n', at), body.size());
    std::string_view line = body.substr(at, end - at);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    const bool last =
        line.size() == mark.size() + 2 && line.starts_with(mark) && line.ends_with("--");
    if (line == mark || last) {
      if (begin != body.npos) out.push_back(body.substr(begin, at - begin));
      if (out.size() > max_message_parts) refuse("the message has too many parts");
      if (last) return out;
      begin = end + 1;
    }
    at = end + 1;
  }
  if (begin != body.npos && begin < body.size()) out.push_back(body.substr(begin));
  return out;
}

class Walk {
 public:
  std::vector<std::string> reports{};

  void into(std::string_view text, size_t depth) {
    if (depth > max_message_depth) refuse("the message has too many parts in parts");
    if (++parts_ > max_message_parts) refuse("the message has too many parts");
    const Entity entity = entity_of(text);
    const FieldValue type = field_value(field(entity, "content-type"));
    if (type.word.starts_with("multipart/")) {
      for (const std::string_view part : parts_of(entity.body, type.option("boundary")))
        into(part, depth + 1);
      return;
    }
    if (type.word == "message/rfc822") return into(entity.body, depth + 1);
    if (!may_be_report(type, field_value(field(entity, "content-disposition")))) return;
    reports.push_back(transfer_decoded(
        entity.body, field_value(field(entity, "content-transfer-encoding")).word));
  }

 private:
  size_t parts_ = 0;
};

std::string_view without_mailbox_line(std::string_view octets) {
  if (!octets.starts_with("From ")) return octets;
  return octets.substr(std::min(octets.find('\n'), octets.size() - 1) + 1);
}

}  // namespace

bool is_message(std::string_view octets) {
  octets = without_mailbox_line(octets);
  const size_t colon = octets.substr(0, 80).find(':');
  return colon != octets.npos && colon > 0 &&
         std::ranges::all_of(octets.substr(0, colon), [](char c) {
           const char lower = ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

Read<std::vector<std::string>> attached_reports(std::string_view message) {
  return or_refusal([&] {
    if (message.size() > max_file_bytes) refuse("is too large for a report");
    Walk walk;
    walk.into(without_mailbox_line(message), 0);
    return std::move(walk.reports);
  });
}

}  // namespace mailfleet::reports

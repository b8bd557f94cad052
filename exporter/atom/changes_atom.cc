#include "exporter/atom/changes_atom.h"

#include <algorithm>

#include "checks/base/text.h"
#include "exporter/pages/html.h"

namespace mailfleet {
namespace {

// XML 1.0 §2.2 knows no control characters, which for_display takes away, and not these two either.
std::string xml_text(std::string_view text, size_t max_characters) {
  std::string out = for_display(text, max_characters);
  for (const std::string_view none : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
    for (size_t at = out.find(none); at != std::string::npos; at = out.find(none))
      out.replace(at, none.size(), "\xef\xbf\xbd");
  return html_escaped(out);
}

// The name in "tag:NAME,2026:…": whose feed it is, whatever the port or path.
std::string authority_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "localhost";
  url.remove_prefix(scheme + 3);
  const std::string_view host = url.substr(0, url.find_first_of("/:"));
  const bool is_name = !host.empty() && host.front() != '[';
  return is_name ? ascii_lower(host) : "localhost";
}

std::string link(std::string_view relation, const std::string& address, std::string_view type) {
  return "<link rel=\"" + std::string(relation) + "\" type=\"" + std::string(type) + "\" href=\"" +
         html_escaped(address) + "\"/>";
}

std::string in_words(std::string_view kind) {
  std::string out(kind);
  std::ranges::replace(out, '-', ' ');
  return out;
}

std::string title_of(const AtomEntry& entry) {
  const HistoryRow& row = entry.row;
  std::string out = entry.domain.text() + ": " + row.check + ": " + in_words(row.kind);
  if (row.was != row.now && !row.was.empty()) out += ", " + row.was + " → " + row.now;
  return out;
}

std::string entry_text(const AtomEntry& entry, const std::string& tag, const std::string& base) {
  const HistoryRow& row = entry.row;
  // The moment is part of the id: numbers of a log that was emptied begin again.
  std::string out = "<entry>\n<id>" + tag + "change/" + std::to_string(entry.id) + "-" +
                    std::to_string(row.at.time_since_epoch().count()) + "</id>\n";
  out += "<title>" + xml_text(title_of(entry), 300) + "</title>\n";
  out += "<updated>" + to_text(row.at) + "</updated>\n";
  out += link("alternate", base + "domains/" + entry.domain.text(), "text/html") + "\n";
  out += "<category term=\"" + xml_text(row.check, 100) + "\"/>";
  if (!row.kind.empty()) out += "<category term=\"" + xml_text(row.kind, 100) + "\"/>";
  out += "\n";
  if (!row.summary.empty()) out += "<summary>" + xml_text(row.summary, 1000) + "</summary>\n";
  return out + "</entry>\n";
}

}  // namespace

std::string atom_text(const AtomFeed& feed) {
  const std::string base = feed.base_url.empty() ? "/" : feed.base_url;
  const std::string tag = "tag:" + authority_of(feed.base_url) + ",2026:";
  // RFC 4287 §4.2.15 wants a moment even where nothing has happened yet.
  const Time updated = feed.entries.empty() ? Time{} : feed.entries.front().row.at;
  std::string out =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>" +
      tag + html_escaped(feed.path) + "</id>\n<title>" + xml_text(feed.title, 200) + "</title>\n";
  out += "<updated>" + to_text(updated) + "</updated>\n";
  out += "<author><name>" + xml_text(feed.author, 200) + "</name></author>\n";
  out += link("self", base + feed.path, "application/atom+xml") + "\n";
  out += link("alternate", base + feed.page, "text/html") + "\n";
  for (const AtomEntry& entry : feed.entries) out += entry_text(entry, tag, base);
  return out + "</feed>\n";
}

}  // namespace mailfleet

#include "checks/base/tags.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {

const std::string* TagList::find(std::string_view key) const {
  const auto found = std::ranges::find(tags, key, &Tag::key);
  return found == tags.end() ? nullptr : &found->value;
}

size_t TagList::count(std::string_view key) const {
  return static_cast<size_t>(std::ranges::count(tags, key, &Tag::key));
}

TagList parse_tags(std::string_view txt) {
  TagList list;
  for (const std::string_view part : split(txt, ';')) {
    const std::string_view item = trim(part);
    if (item.empty()) continue;
    // The first '=' only: a report address may hold more of them.
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos) list.strays.emplace_back(item);
    else
      list.tags.push_back({std::string(trim(item.substr(0, equals))),
                           std::string(trim(item.substr(equals + 1)))});
  }
  return list;
}

}  // namespace mailfleet

#include "exporter/snapshot.h"

#include <algorithm>

namespace mailfleet {

DocumentPtr FeedView::find(std::string_view path) const {
  const auto found =
      std::ranges::find(documents, path, &std::pair<std::string, DocumentPtr>::first);
  return found == documents.end() ? nullptr : found->second;
}

const DomainSummary* Snapshot::find(const Name& name) const {
  const auto found = std::ranges::lower_bound(
      domains, name, {}, [](const DomainPtr& each) -> const Name& { return each->name; });
  return found != domains.end() && (*found)->name == name ? found->get() : nullptr;
}

}  // namespace mailfleet

// /changes.atom: the change log of the fleet, of a sector or of one domain in a feed reader.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "exporter/atom/changes_atom.h"
#include "exporter/site.h"

namespace mailfleet {
namespace {

constexpr size_t rows_at_once = 1000;
// A sector that has been quiet for longer than that shows fewer entries.
constexpr size_t max_pages_read = 10;

std::string base_of(const Site& site) {
  const std::string& url = site.settings.base_url;
  return url.empty() || url.ends_with('/') ? url : url + "/";
}

AtomFeed feed_of(const Site& site, std::string path, std::string page, const std::string& about) {
  const std::string name = site.settings.title.empty() ? "mailfleet" : site.settings.title;
  return {.base_url = base_of(site),
          .path = std::move(path),
          .page = std::move(page),
          .title = name + ": " + about,
          .author = name};
}

Response answer(const AtomFeed& feed) {
  return {.document = make_document(atom_text(feed), "application/atom+xml; charset=utf-8")};
}

// Reads the log backwards until there are entries enough of the wanted domains.
class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  Gathering(const Site& site, AtomFeed feed, std::optional<Name> domain,
            std::optional<std::set<Name>> wanted, Reply reply)
      : site_(site),
        feed_(std::move(feed)),
        domain_(std::move(domain)),
        wanted_(std::move(wanted)),
        reply_(std::move(reply)) {}

  void read(int64_t before) {
    ++pages_;
    site_.details.changes(
        domain_, before, wanted_ ? rows_at_once : atom_entries,
        [self = shared_from_this()](auto rows, auto names) { self->take(rows, names); });
  }

 private:
  void take(const std::vector<std::pair<int64_t, HistoryRow>>& rows,
            const std::vector<Name>& names) {
    for (size_t i = 0; i < std::min(rows.size(), names.size()); ++i) {
      if (feed_.entries.size() == atom_entries) break;
      if (!wanted_ || wanted_->contains(names[i]))
        feed_.entries.push_back({rows[i].first, names[i], rows[i].second});
    }
    const bool enough = !wanted_ || rows.empty() || feed_.entries.size() == atom_entries ||
                        pages_ == max_pages_read;
    if (enough) return reply_(answer(feed_));
    read(rows.back().first);
  }

  const Site& site_;
  AtomFeed feed_;
  std::optional<Name> domain_;
  std::optional<std::set<Name>> wanted_;
  Reply reply_;
  size_t pages_ = 0;
};

void of_domain(const Site& site, const std::string& text, Reply reply) {
  const auto name = Name::parse(text);
  if (!name || !site.snapshot()->find(*name))
    return reply(problem(404, "the domain is not in the list"));
  const std::string page = "domains/" + name->text();
  std::make_shared<Gathering>(
      site, feed_of(site, page + "/changes.atom", page, "changes of " + name->text()), *name,
      std::nullopt, std::move(reply))
      ->read(0);
}

void of_sector(const Site& site, const std::string& sector, Reply reply) {
  std::set<Name> wanted;
  for (const DomainPtr& each : site.snapshot()->domains)
    if (each->owner.sector == sector) wanted.insert(each->name);
  if (wanted.empty()) return reply(problem(404, "no domain of the list is in that sector"));
  const std::string query = "?sector=" + percent_encoded(sector);
  std::make_shared<Gathering>(
      site, feed_of(site, "changes.atom" + query, query, "changes in the sector " + sector),
      std::nullopt, std::move(wanted), std::move(reply))
      ->read(0);
}

void changes(const Site& site, const Request& request, Reply reply) {
  const std::string domain(request.filter("domain"));
  const std::string sector(request.filter("sector"));
  if (!domain.empty() && !sector.empty()) return reply(problem(400, "domain or sector, not both"));
  if (!domain.empty()) return of_domain(site, domain, std::move(reply));
  if (!sector.empty()) return of_sector(site, sector, std::move(reply));
  std::make_shared<Gathering>(site, feed_of(site, "changes.atom", "", "changes of the fleet"),
                              std::nullopt, std::nullopt, std::move(reply))
      ->read(0);
}

}  // namespace

void add_atom_routes(const Site& site, std::vector<Route>& routes) {
  routes.push_back({.method = "GET",
                    .pattern = "/changes.atom",
                    .summary = "What changed, as an Atom feed; ?sector= or ?domain= for a part",
                    .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                      changes(site, request, std::move(reply));
                    }});
  routes.push_back({.method = "GET",
                    .pattern = "/domains/{name}/changes.atom",
                    .summary = "What changed at one domain, as an Atom feed",
                    .handle = [&site](const Request&, const PathValues& values, Reply reply) {
                      of_domain(site, values[0], std::move(reply));
                    }});
}

}  // namespace mailfleet

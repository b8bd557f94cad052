// /feed/v1/…: the documents of the newest edition, as they were made.
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "embedded.h"
#include "exporter/feed/feed_routes.h"
#include "exporter/site.h"

namespace mailfleet {
namespace {

const std::string schema_folder = "exporter/feed/schema/";

Response feed_document(const Site& site, const Request& request) {
  const SnapshotPtr snapshot = site.snapshot();
  // Much shorter than an edition lives, so that a suspension is seen soon.
  if (auto found = snapshot->feed.find(request.path))
    return {.document = std::move(found), .cache_control = "public, max-age=60"};
  if (snapshot->feed.serial != 0) return problem(404, "the feed has no such document");
  Response out = problem(503, "no edition of the feed has been issued yet");
  out.fields.emplace_back("Retry-After", "60");
  return out;
}

// "/feed/v1/editions/17.json.sig".
struct OldDocument {
  uint64_t serial = 0;
  EditionPart part = EditionPart::body;
  const char* content_type = edition_type;
};

std::optional<OldDocument> old_document(std::string_view name) {
  OldDocument out;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), out.serial);
  if (error != std::errc()) return {};
  const std::string_view rest = name.substr(static_cast<size_t>(end - name.data()));
  if (rest == ".json.sig")
    out.part = EditionPart::signature, out.content_type = signature_type;
  else if (rest == ".json.jws")
    out.part = EditionPart::jws, out.content_type = jws_type;
  else if (rest != ".json")
    return {};
  return out;
}

// Editions that are not the newest, read from the store while somebody is being given them: one
// copy for all who ask for the same at a time, and few at a time, since each may be large.
class Shelf {
 public:
  void give(Details& details, const OldDocument& wanted, const std::string& path, Reply reply) {
    std::erase_if(lent_, [](const auto& each) { return each.second.expired(); });
    if (const auto found = lent_.find(path); found != lent_.end())
      return reply(response_of(found->second.lock()));
    if (const auto asked = waiting_.find(path); asked != waiting_.end())
      return asked->second.push_back(std::move(reply));
    if (lent_.size() + waiting_.size() >= max_old_editions_lent) {
      Response busy = problem(503, "earlier editions are given to others just now");
      busy.fields.emplace_back("Retry-After", "10");
      return reply(std::move(busy));
    }
    waiting_[path].push_back(std::move(reply));
    details.edition(wanted.serial, wanted.part,
                    [this, path, type = wanted.content_type](std::optional<std::string> text) {
                      answer(path, text ? make_document(std::move(*text), type) : nullptr);
                    });
  }

 private:
  static Response response_of(DocumentPtr document) {
    // What was published under a serial never changes.
    return {.document = std::move(document), .cache_control = "public, max-age=86400"};
  }

  void answer(const std::string& path, const DocumentPtr& document) {
    const auto replies = std::move(waiting_.extract(path).mapped());
    if (document) lent_[path] = document;
    for (const Reply& reply : replies)
      reply(document ? response_of(document)
                     : problem(404, "this edition is not kept, or has no such signature"));
  }

  std::map<std::string, std::weak_ptr<const Document>> lent_{};
  std::map<std::string, std::vector<Reply>> waiting_{};
};

// The schemas are part of the program: they are there before the first edition is.
Response schema_document(const std::string& name) {
  for (const EmbeddedFile& file : embedded_files_of_mf_exporter())
    if (file.path == schema_folder + name)
      return {.document = make_document(std::string(file.text), "application/schema+json"),
              .cache_control = "public, max-age=86400"};
  return problem(404, "there is no such schema");
}

}  // namespace

void add_feed_routes(const Site& site, std::vector<Route>& routes) {
  routes.push_back(
      {.method = "GET",
       .pattern = "/feed/v1/{document}",
       .summary = "The feed of trusted domains, its signature, keys, changes and exports",
       .handle = [&site](const Request& request, const PathValues&, Reply reply) {
         reply(feed_document(site, request));
       }});
  routes.push_back({.method = "GET",
                    .pattern = "/feed/v1/editions/{document}",
                    .summary = "An earlier edition and its signature",
                    .handle = [&site, shelf = std::make_shared<Shelf>()](
                                  const Request& request, const PathValues& values, Reply reply) {
                      const auto old = old_document(values[0]);
                      const SnapshotPtr now = site.snapshot();
                      if (!old || old->serial >= now->feed.serial)
                        return reply(feed_document(site, request));
                      shelf->give(site.details, *old, request.path, std::move(reply));
                    }});
  routes.push_back({.method = "GET",
                    .pattern = "/feed/v1/schema/{name}",
                    .summary = "The JSON Schema of the feed's documents",
                    .handle = [](const Request&, const PathValues& values, Reply reply) {
                      reply(schema_document(values[0]));
                    }});
}

}  // namespace mailfleet

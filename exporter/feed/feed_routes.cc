// /feed/v1/…: the documents of the newest edition, as they were made.
#include <algorithm>

#include "embedded.h"
#include "exporter/site.h"

namespace mailfleet {
namespace {

const std::string schema_folder = "exporter/feed/schema/";

Response feed_document(const Site& site, const Request& request) {
  const SnapshotPtr snapshot = site.snapshot();
  const auto& documents = snapshot->feed.documents;
  const auto found =
      std::ranges::find(documents, request.path, &std::pair<std::string, DocumentPtr>::first);
  // Much shorter than an edition lives, so that a suspension is seen soon.
  if (found != documents.end())
    return {.document = found->second, .cache_control = "public, max-age=60"};
  if (snapshot->feed.serial != 0) return problem(404, "the feed has no such document");
  Response out = problem(503, "no edition of the feed has been issued yet");
  out.fields.emplace_back("Retry-After", "60");
  return out;
}

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
  const auto add = [&](const char* pattern, const char* summary) {
    routes.push_back({.method = "GET",
                      .pattern = pattern,
                      .summary = summary,
                      .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                        reply(feed_document(site, request));
                      }});
  };
  add("/feed/v1/{document}",
      "The feed of trusted domains, its signature, keys, changes and exports");
  add("/feed/v1/editions/{document}", "An earlier edition and its signature");
  routes.push_back({.method = "GET",
                    .pattern = "/feed/v1/schema/{name}",
                    .summary = "The JSON Schema of the feed's documents",
                    .handle = [](const Request&, const PathValues& values, Reply reply) {
                      reply(schema_document(values[0]));
                    }});
}

}  // namespace mailfleet

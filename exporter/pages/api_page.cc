// /openapi.json, and a page for people that is made of it: what can be asked, with examples that
// work here and now.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "checks/base/text.h"
#include "embedded.h"
#include "exporter/http/digest.h"
#include "exporter/http/gzip.h"
#include "exporter/pages/page.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

std::string_view description_text() {
  for (const EmbeddedFile& file : embedded_files_of_mf_exporter())
    if (file.path == "exporter/api/openapi.json") return file.text;
  return "{}";
}

const json::object& description() {
  static const json::value parsed = json::parse(json::string_view(description_text()));
  return parsed.as_object();
}

std::string text_of(const json::object& object, const char* key) {
  const json::value* found = object.if_contains(key);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

// A parameter, or the shared one that it refers to.
const json::object& resolved(const json::value& parameter) {
  const std::string place = text_of(parameter.as_object(), "$ref");
  if (place.empty()) return parameter.as_object();
  const std::string name = place.substr(place.rfind('/') + 1);
  return description().at("components").at("parameters").at(name).as_object();
}

std::string words_of(const json::object& schema) {
  const json::value* words = schema.if_contains("enum");
  std::string out;
  if (!words) return out;
  for (const json::value& each : words->as_array())
    out += (out.empty() ? "" : ", ") + std::string(each.as_string());
  return " (" + out + ")";
}

data parameters_of(const json::object& operation) {
  data out{data::type::list};
  const json::value* parameters = operation.if_contains("parameters");
  if (!parameters) return out;
  for (const json::value& each : parameters->as_array()) {
    const json::object& parameter = resolved(each);
    data row{data::type::object};
    row.set("name", text_of(parameter, "name"));
    row.set("text",
            text_of(parameter, "description") + words_of(parameter.at("schema").as_object()));
    out.push_back(row);
  }
  return out;
}

// A path that works on this very site: its first domain stands for "{name}" and whatever is asked.
std::string example_of(const std::string& path, const json::object& operation,
                       const std::string& domain) {
  std::string out = path;
  if (const size_t open = out.find('{'); open != std::string::npos)
    out.replace(open, out.find('}') + 1 - open, percent_encoded(domain));
  const json::value* parameters = operation.if_contains("parameters");
  if (!parameters) return out;
  for (const json::value& each : parameters->as_array()) {
    const json::object& parameter = resolved(each);
    if (text_of(parameter, "in") == "query" && parameter.if_contains("required"))
      out += "?" + text_of(parameter, "name") + "=" + percent_encoded(domain);
  }
  return out;
}

data operations(const Site& site) {
  const SnapshotPtr snapshot = site.snapshot();
  const std::string domain =
      snapshot->domains.empty() ? "example.org" : snapshot->domains.front()->name.text();
  data out{data::type::list};
  for (const auto& path : description().at("paths").as_object())
    for (const auto& method : path.value().as_object()) {
      const json::object& operation = method.value().as_object();
      const bool reads = method.key() == "get";
      const std::string pattern(path.key());
      data row{data::type::object};
      row.set("id", text_of(operation, "operationId"));
      row.set("summary", text_of(operation, "summary"));
      row.set("method", reads ? "GET" : "POST");
      row.set("path", pattern);
      const data parameters = parameters_of(operation);
      row.set("has_parameters", truth(!parameters.is_empty_list()));
      row.set("parameters", parameters);
      const std::string example = example_of(pattern, operation, domain);
      row.set("example", given(reads ? example : ""));
      row.set("curl", reads ? "curl '" + site.settings.base_url + example + "'"
                            : "curl -X POST -H \"Authorization: Bearer $(cat token)\" "
                              "-H 'Content-Type: application/json' -d '{}' "
                              "http://127.0.0.1:9971" +
                                  example);
      out.push_back(row);
    }
  return out;
}

Response api_page(const Site& site, Language language) {
  const Texts& words = texts(language);
  data content{data::type::object};
  content.set("operations", operations(site));
  content.set("foreign", truth(language != Language::english));
  return page(site, {.language = language, .path = "/api", .title = words.say("api.title")}, "api",
              content);
}

}  // namespace

void add_description_routes(const Site& site, std::vector<Route>& routes) {
  auto document = std::make_shared<Document>();
  document->body = description_text();
  document->gzip = gzip_of(document->body);
  document->etag = strong_etag(document->body);
  document->content_type = "application/json";
  routes.push_back({.method = "GET",
                    .pattern = "/openapi.json",
                    .summary = "This interface, described for machines",
                    .handle = [document = DocumentPtr(document)](const Request&, const PathValues&,
                                                                 Reply reply) {
                      reply({.document = document});
                    }});
  for (const Language language : {Language::english, Language::welsh})
    routes.push_back({.method = "GET",
                      .pattern = url_in(language, "/api"),
                      .summary = "This interface, described for people",
                      .handle = [&site, language](const Request&, const PathValues&, Reply reply) {
                        reply(api_page(site, language));
                      }});
}

}  // namespace mailfleet

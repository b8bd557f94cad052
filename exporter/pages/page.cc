#include "exporter/pages/page.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "checks/base/text.h"
#include "embedded.h"
#include "exporter/feed/encoding.h"
#include "exporter/http/digest.h"
#include "exporter/http/gzip.h"

namespace mailfleet {
namespace {

using kainjow::mustache::mustache;

std::string_view embedded_text(std::string_view path) {
  const auto files = embedded_files_of_mf_exporter();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  if (found == files.end()) throw std::runtime_error(std::string(path) + " is not in the binary");
  return found->text;
}

// Parsed once; used on the web thread only.
mustache& template_of(std::string_view name) {
  static std::map<std::string, mustache, std::less<>> parsed;
  const auto found = parsed.find(name);
  if (found != parsed.end()) return found->second;
  const std::string path = "exporter/pages/" + std::string(name) + ".mustache";
  mustache made{std::string(embedded_text(path))};
  if (!made.is_valid()) throw std::runtime_error(path + ": " + made.error_message());
  return parsed.emplace(name, std::move(made)).first->second;
}

data words_of(const Texts& words) {
  std::map<std::string, data> sections;
  for (const auto& [key, text] : words.all()) {
    const size_t dot = key.find('.');
    const std::string section = key.substr(0, dot);
    sections.try_emplace(section, data::type::object).first->second.set(key.substr(dot + 1), text);
  }
  data out{data::type::object};
  for (auto& [section, keys] : sections) out.set(section, keys);
  return out;
}

const data& words_in(Language language) {
  static const data english = words_of(texts(Language::english));
  static const data welsh = words_of(texts(Language::welsh));
  return language == Language::welsh ? welsh : english;
}

// Part of the style sheets' address, so that a new version is fetched and an old one kept.
const std::string& style_version() {
  static const std::string out =
      sha256_hex(std::string(embedded_text("exporter/static/govuk.css")) +
                 std::string(embedded_text("exporter/static/site.css")))
          .substr(0, 8);
  return out;
}

data navigation(const PageFrame& frame, const Texts& words) {
  struct Item {
    const char* key;
    const char* path;
  };
  static constexpr std::array<Item, 6> items{{{"site.lookup", "/lookup"},
                                              {"site.fleet", "/"},
                                              {"site.regressions", "/regressions"},
                                              {"site.campaigns", "/campaigns"},
                                              {"site.poster", "/poster"},
                                              {"site.api", "/api"}}};
  data out{data::type::list};
  for (const Item& item : items) {
    data row{data::type::object};
    row.set("name", words.say(item.key));
    row.set("url", url_in(frame.language, item.path));
    row.set("current", truth(frame.path == item.path));
    out.push_back(row);
  }
  return out;
}

Response static_file(std::string_view path, std::string_view type) {
  static std::map<std::string, DocumentPtr, std::less<>> made;
  auto& document = made[std::string(path)];
  if (!document) {
    auto fresh = std::make_shared<Document>();
    fresh->body = embedded_text(path);
    fresh->gzip = gzip_of(fresh->body);
    fresh->etag = strong_etag(fresh->body);
    fresh->content_type = type;
    document = fresh;
  }
  return {.document = document, .cache_control = "public, max-age=86400"};
}

}  // namespace

std::string url_in(Language language, std::string_view path) {
  if (language == Language::english) return std::string(path);
  return path == "/" ? "/cy/" : "/cy" + std::string(path);
}

Language language_of(const Request& request) {
  return request.path == "/cy" || request.path.starts_with("/cy/") ? Language::welsh
                                                                   : Language::english;
}

Response page(const Site& site, const PageFrame& frame, std::string_view name, data content) {
  const Texts& words = texts(frame.language);
  const Language other = frame.language == Language::welsh ? Language::english : Language::welsh;
  content.set("t", words_in(frame.language));
  content.set("home", url_in(frame.language, "/"));
  data outer{data::type::object};
  outer.set("content", template_of(name).render(content));
  outer.set("t", words_in(frame.language));
  outer.set("lang", frame.language == Language::welsh ? "cy" : "en");
  outer.set("other_lang", frame.language == Language::welsh ? "en" : "cy");
  outer.set("other_url", url_in(other, frame.path) + frame.query);
  outer.set("home", url_in(frame.language, "/"));
  outer.set("feed", frame.feed);
  outer.set("title", frame.title);
  outer.set("site", site.settings.title.empty() ? words.say("site.title") : site.settings.title);
  outer.set("style", style_version());
  outer.set("nav", navigation(frame, words));
  outer.set("contact", given(site.settings.contact));
  const Time at = site.snapshot()->at;
  outer.set("at", given(at == Time{} ? "" : when(words, at)));
  outer.set("version", site.settings.version);
  return {
      .status = frame.status,
      .document = make_document(template_of("layout").render(outer), "text/html; charset=utf-8")};
}

Response not_found_page(const Site& site, const PageFrame& frame, std::string detail) {
  PageFrame here = frame;
  here.status = 404;
  here.title = texts(frame.language).say("error.not_found");
  data content{data::type::object};
  content.set("detail", std::move(detail));
  return page(site, here, "not_found", content);
}

data truth(bool value) { return data(value ? data::type::bool_true : data::type::bool_false); }

data given(std::string text) { return text.empty() ? truth(false) : data(std::move(text)); }

std::string shown_name(const DomainSummary& domain) {
  return domain.u_labels.empty() ? domain.name.text() : for_display(domain.u_labels, 253);
}

void add_static_routes(std::vector<Route>& routes) {
  static constexpr std::array<std::array<const char*, 3>, 3> files{{
      {"/static/govuk.css", "exporter/static/govuk.css", "text/css; charset=utf-8"},
      {"/static/site.css", "exporter/static/site.css", "text/css; charset=utf-8"},
      {"/static/icon.svg", "exporter/static/icon.svg", "image/svg+xml"},
  }};
  for (const auto& file : files)
    routes.push_back({.method = "GET",
                      .pattern = file[0],
                      .summary = "How the pages look",
                      .handle = [file](const Request&, const PathValues&, Reply reply) {
                        reply(static_file(file[1], file[2]));
                      }});
}

}  // namespace mailfleet

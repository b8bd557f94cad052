// A page: a mustache template filled with words and data, inside the layout that all share.
#pragma once

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

#include "exporter/http/message.h"
#include "exporter/pages/texts.h"
#include "exporter/site.h"

namespace mailfleet {

using kainjow::mustache::data;

struct PageFrame {
  Language language = Language::english;
  std::string path{};   // of this page without the language: "/domains/x"
  std::string query{};  // with its '?', or empty: both languages show the same
  std::string title{};
  unsigned status = 200;
  std::string feed = "/changes.atom";  // of what changed
};

// `content` gets the words of its language as "t". `name` is a file of exporter/pages without its
// ending.
Response page(const Site& site, const PageFrame& frame, std::string_view name, data content);
Response not_found_page(const Site& site, const PageFrame& frame, std::string detail);

std::string url_in(Language language, std::string_view path);  // "/cy/domains/x"
Language language_of(const Request& request);                  // by its path

// What {{#sections}} test: an empty text counts as none, which mustache itself would not.
data truth(bool value);
data given(std::string text);

// With the letters that people write, where the name has any.
std::string shown_name(const DomainSummary& domain);

void add_static_routes(std::vector<Route>& routes);

}  // namespace mailfleet

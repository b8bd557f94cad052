// The change log as an Atom feed (RFC 4287), for people who follow some domains in a feed reader
// and run no Alertmanager. Pure. Ids are "tag" URIs (RFC 4151) and never change; text from outside
// is made fit for display and escaped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exporter/details.h"

namespace mailfleet {

constexpr size_t atom_entries = 100;  // the newest; readers come more often than that

struct AtomEntry {
  int64_t id = 0;  // in the change log
  Name domain;
  HistoryRow row{};
};

struct AtomFeed {
  std::string base_url{};  // ends in "/"; empty: links are paths
  std::string path{};  // of the feed, without the first "/", encoded: "changes.atom?sector=health"
  std::string page{};  // the page about the same: "domains/a.gov.uk"; empty: the fleet's
  std::string title{};
  std::string author{};
  std::vector<AtomEntry> entries{};  // newest first
};

std::string atom_text(const AtomFeed& feed);

}  // namespace mailfleet

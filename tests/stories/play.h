// Plays a story: the monitor's own composition (Monitor, Telling, SnapshotBuilder) on a scratch
// folder, with the story's network, clock and Alertmanager. Main thread; takes no real time but
// that of the work.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "exporter/snapshot.h"
#include "tests/stories/receiver.h"
#include "tests/stories/story.h"

namespace mailfleet::stories {

struct Played {
  Time start{};
  std::vector<ToldAlert> alerts{};
  std::map<int64_t, RegressionView> incidents{};  // as they stood last
  std::vector<std::vector<std::string>> moments{};
  std::set<std::string> seen{};    // "dmarc improvement"
  std::set<std::string> unseen{};  // checks
  std::map<std::string, std::string> trust{};
  std::vector<std::string> complaints{};  // broken rules that hold for every story
};

Played play(const Story& story);

// What differs from what the story says, a line each; the first word is the class: missing, extra,
// severity, time, order, ended, label, domains, confirm, moment, seen, unseen, trust, delivery.
std::vector<std::string> complaints(const Story& story, const Played& played);

}  // namespace mailfleet::stories

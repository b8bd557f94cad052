// A story as its file tells it: a world in which things happen, what is done to the monitor
// meanwhile, and exactly what people must be told (tests/stories/README.md). Plain data.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "world/world.h"

namespace mailfleet::stories {

using Window = std::pair<Seconds, Seconds>;  // since the start, both ends included

// An incident that must come. Severity info: it is recorded and never posted.
struct Expected {
  std::string kind{};
  std::string severity{};
  std::string domain{};                         // the label; empty: there must be none; "*": any
  std::string cause{};                          // likewise
  std::map<std::string, std::string> labels{};  // others that matter
  Window told{};                                // when it is confirmed, and first posted
  std::optional<Window> ended{};                // empty: it still stands at the end
  std::string confirm{};                        // C0 to C3: how long the suspicion must have taken
  std::vector<std::string> domains{};           // those touched at the end; empty: not looked at
  std::optional<size_t> domain_count{};
};

// What is done to the monitor, or to what it stands on.
struct Act {
  Seconds at{};
  std::string what{};  // one of known_acts()
  std::string kind{};  // of the incident that is acknowledged
  std::string domain{};
  Seconds by{};  // of a clock's jump
};

// The incidents that are open at a moment, each "suspected dmarc-weakened council.example".
struct Moment {
  Seconds at{};
  std::vector<std::string> open{};
};

struct Story {
  std::string name{};
  std::vector<std::string> covers{};  // transitions, by id
  World world{};
  std::optional<World> other{};  // what another name server says
  std::string other_when{};      // second-path, every-other
  std::string config{};          // TOML
  std::string fleet{};           // CSV
  Seconds length{};
  Seconds tick{};       // the clock's longest step
  Seconds change_at{};  // from here on what is `seen` and `unseen` counts
  std::vector<Act> acts{};
  std::vector<Expected> alerts{};
  std::vector<Moment> moments{};
  std::vector<std::string> seen{};             // changes that must be recorded, "dmarc improvement"
  std::vector<std::string> unseen{};           // checks that some look could not see
  std::map<std::string, std::string> trust{};  // where entries of the list stand at the end
};

const std::vector<std::string>& known_acts();

// The stories of a file: one, or one for each [[row]]. Throws WorldError in one line.
std::vector<Story> load_stories(const std::string& path);
std::vector<Story> read_stories(std::string_view toml, const std::string& path);

}  // namespace mailfleet::stories

// HTML that is made by the program and not by a template: bars as SVG, and facts as nested lists.
// Everything that is not ours is made fit for the eye and escaped here.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/base/time.h"
#include "checks/base/value.h"
#include "exporter/pages/texts.h"

namespace mailfleet {

std::string html_escaped(std::string_view text);  // for text and for quoted attributes

// How dark a step of a ladder is drawn: "mf-tone-1" the weakest of it, to "mf-tone-5"; the level -1
// is "mf-tone-unknown".
std::string tone_of(int level, size_t steps);

struct BarPart {
  size_t count = 0;
  std::string tone{};
};
// A stacked bar; `text` says the same in words.
std::string bar_svg(const std::vector<BarPart>& parts, std::string_view text);
// A square for each check; `text` says the same in words.
std::string strip_svg(const std::vector<std::string>& tones, std::string_view text);

// A count that grew by steps, out of `total`, up to `now`.
std::string steps_svg(const std::vector<std::pair<Time, size_t>>& steps, size_t total, Time now,
                      std::string_view text);
// One row a name, in each the spans of time spent at a tone.
struct TimelineSpan {
  Time from{};
  std::string tone{};
};
struct TimelineRow {
  std::string name{};
  std::vector<TimelineSpan> spans{};  // oldest first; each lasts until the next, the last until now
};
std::string timeline_svg(const std::vector<TimelineRow>& rows, Time from, Time now,
                         std::string_view from_text, std::string_view now_text,
                         std::string_view text);

std::string facts_html(const Value& facts, const Texts& texts);

constexpr size_t max_fact_characters = 2000;  // the longest record that DNS holds is 65,535
constexpr size_t max_fact_items = 200;        // of one list; the API has them all

}  // namespace mailfleet

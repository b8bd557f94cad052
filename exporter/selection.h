// Which domains of the fleet somebody asked to see, and one page of them: the filters that the API
// and the fleet page share. Pure.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/registry.h"
#include "exporter/http/message.h"
#include "exporter/snapshot.h"

namespace mailfleet {

constexpr size_t default_page_size = 100;
constexpr size_t max_page_size = 1000;
constexpr size_t max_filter_bytes = 256;

// What comes first; equal ones by name.
enum class Order : uint8_t {
  name,
  organisation,
  state,     // the worst first
  findings,  // the most to put right first
  looked     // the longest unseen first
};
inline constexpr std::array<std::string_view, 5> order_words{"name", "organisation", "state",
                                                             "findings", "looked"};

struct Selection {
  std::string sector{};
  std::optional<DomainState> state{};
  std::string q{};                // part of the name or of the organisation, in lower case
  std::optional<size_t> check{};  // index in the registry
  std::optional<int> level{};     // on that check's ladder; -1: unknown
  Order order = Order::name;
  size_t limit = default_page_size;
  std::string after{};  // the last name of the page before

  bool matches(const DomainSummary& domain) const;
};

struct Selected {
  std::vector<const DomainSummary*> domains{};  // live while the snapshot does
  std::optional<std::string> next{};            // the cursor of the next page
};

// What the query says, or the reason why it cannot be meant, in one sentence.
struct ParsedSelection {
  Selection selection{};
  std::string fault{};  // empty: fine
};
ParsedSelection parse_selection(const Request& request, std::span<const Check* const> checks);

Selected select(const Snapshot& snapshot, const Selection& selection);

// `limit` of a request: 1 to max_page_size; empty optional for anything else.
std::optional<size_t> parse_limit(const Request& request);
// Cursors are opaque to clients: what they name is written so that nobody is led to make one up.
std::string make_cursor(std::string_view position);
std::optional<std::string> read_cursor(std::string_view cursor);

// Lower case as far as the names of Welsh and English organisations go: ASCII and the accented
// letters of Latin-1 and Latin Extended-A; circumflexes and the like are taken off, since people
// who search type none.
std::string folded(std::string_view text);

}  // namespace mailfleet

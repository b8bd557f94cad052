// What a run of the benchmark was asked for.
#pragma once

#include <string>
#include <vector>

namespace mailfleet::bench {

struct Options {
  bool quick = false;                   // small numbers: for ./test, where only counts matter
  int rounds = 3;                       // of limit and product, interleaved
  std::string json{};                   // a file for the rows; empty: none
  std::string plots{};                  // a folder for the curves; empty: none
  std::vector<std::string> sections{};  // empty: all

  size_t scaled(size_t full, size_t small) const { return quick ? small : full; }
};

}  // namespace mailfleet::bench

// A line through points as an SVG file, both axes logarithmic where the numbers span decades.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mailfleet::bench {

struct Curve {
  std::string title{};
  std::string x{};  // what the axis says
  std::string y{};
  std::vector<std::pair<double, double>> points{};
  bool x_decades = true;  // logarithmic
};

std::string svg_of(const Curve& curve);

}  // namespace mailfleet::bench

#include "bench/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailfleet::bench {
namespace {

constexpr double width = 480;
constexpr double height = 260;
constexpr double left = 70;
constexpr double bottom = 210;
constexpr double top = 40;
constexpr double right = 450;

std::string number(double value) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.4g", value < 1000 ? value : 0);
  return value < 1000 ? out.data() : std::to_string(std::llround(value));
}

std::string text(double x, double y, const std::string& words, const char* anchor) {
  return "<text x='" + number(x) + "' y='" + number(y) + "' text-anchor='" + anchor + "'>" + words +
         "</text>\n";
}

}  // namespace

std::string svg_of(const Curve& curve) {
  double low = curve.points.front().first;
  double high = low;
  double most = 0;
  for (const auto& [x, y] : curve.points) {
    low = std::min(low, x);
    high = std::max(high, x);
    most = std::max(most, y);
  }
  if (most <= 0) most = 1;
  const auto place = [&](double value) { return curve.x_decades ? std::log10(value) : value; };
  const double span = std::max(place(high) - place(low), 1e-9);
  const auto at = [&](double x, double y) {
    return std::pair(left + (place(x) - place(low)) / span * (right - left),
                     bottom - y / most * (bottom - top));
  };
  std::string out = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " + number(width) + " " +
                    number(height) + "' font-family='sans-serif' font-size='11'>\n" +
                    "<rect width='100%' height='100%' fill='white'/>\n";
  out += text(width / 2, 20, curve.title, "middle");
  out += text((left + right) / 2, height - 8, curve.x, "middle");
  out += text(8, top - 8, curve.y, "start");
  std::string path;
  for (const auto& [x, y] : curve.points) {
    const auto [px, py] = at(x, y);
    path += (path.empty() ? "M" : "L") + number(px) + " " + number(py);
    out += "<circle cx='" + number(px) + "' cy='" + number(py) + "' r='3'/>\n";
    out += text(px, bottom + 16, number(x), "middle") + text(px, py - 7, number(y), "middle");
  }
  out += "<path d='" + path + "' fill='none' stroke='black'/>\n";
  out += "<path d='M" + number(left) + " " + number(top) + "V" + number(bottom) + "H" +
         number(right) + "' fill='none' stroke='grey'/>\n</svg>\n";
  return out;
}

}  // namespace mailfleet::bench

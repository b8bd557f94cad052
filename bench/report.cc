#include "bench/report.h"

#include <openssl/crypto.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

namespace mailfleet::bench {
namespace {

constexpr double widest_spread = 0.15;  // beyond it the rounds disagree: no verdict

std::string number(std::optional<double> value) {
  if (!value) return "-";
  std::array<char, 48> text{};
  const char* format = *value != 0 && *value < 0.01 ? "%.4f" : *value < 100 ? "%.3f" : "%.0f";
  std::snprintf(text.data(), text.size(), format, *value);
  return text.data();
}

boost::json::value json_number(std::optional<double> value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + "  ";
}

std::string cpu_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

void Report::add(Row row) {
  std::cerr << row.section << ": " << row.metric << ": " << number(row.product) << " " << row.unit
            << (row.ratio ? " (" + number(row.ratio) + " of " + number(row.limit) + ")" : "")
            << std::endl;
  rows_.push_back(std::move(row));
}

void Report::expect(bool right, const std::string& what) {
  if (right) return;
  std::cerr << "WRONG: " << what << std::endl;
  wrong_.push_back(what);
}

void Report::note(const std::string& line) { std::cerr << line << std::endl; }

std::string verdict(const Row& row) {
  if (row.gate.empty()) return "";
  const double most = std::strtod(row.gate.c_str() + row.gate.find(' '), nullptr);
  const double value = row.ratio ? *row.ratio : row.product;
  const bool met = row.gate.starts_with("<=") ? value <= most : value >= most;
  // A gate that is kept by more than the spread is kept whatever the rounds say.
  const double doubt = value * row.spread.value_or(0) / 2;
  const bool clear = row.gate.starts_with("<=") ? value + doubt <= most || value - doubt > most
                                                : value - doubt >= most || value + doubt < most;
  if (row.spread.value_or(0) > widest_spread && !clear) return "spread too wide";
  return met ? "met" : "missed";
}

std::string Report::json() const {
  boost::json::array rows;
  for (const Row& row : rows_)
    rows.push_back({{"section", row.section},
                    {"metric", row.metric},
                    {"limit", json_number(row.limit)},
                    {"product", row.product},
                    {"ratio", json_number(row.ratio)},
                    {"spread", json_number(row.spread)},
                    {"unit", row.unit},
                    {"gate", row.gate}});
  boost::json::array wrong;
  for (const std::string& each : wrong_) wrong.emplace_back(each);
  return boost::json::serialize(boost::json::object{{"rows", rows}, {"wrong", wrong}}) + "\n";
}

bool Report::take(const std::string& json) try {
  const boost::json::object all = boost::json::parse(json).as_object();
  const auto text = [](const boost::json::value& value) { return std::string(value.as_string()); };
  const auto any = [](const boost::json::value& value) {
    return value.is_null() ? std::nullopt : std::optional(value.to_number<double>());
  };
  for (const boost::json::value& row : all.at("rows").as_array())
    rows_.push_back({.section = text(row.at("section")),
                     .metric = text(row.at("metric")),
                     .limit = any(row.at("limit")),
                     .product = row.at("product").to_number<double>(),
                     .ratio = any(row.at("ratio")),
                     .spread = any(row.at("spread")),
                     .unit = text(row.at("unit")),
                     .gate = text(row.at("gate"))});
  for (const boost::json::value& each : all.at("wrong").as_array()) wrong_.push_back(text(each));
  return true;
} catch (const std::exception&) {
  return false;
}

std::string Report::table() const {
  const auto line = [](const std::array<std::string, 8>& cells) {
    constexpr std::array<size_t, 8> widths{9, 46, 10, 10, 7, 7, 12, 0};
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) out += padded(cells[i], widths[i]);
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
  };
  std::string out =
      line({"section", "metric", "limit", "product", "ratio", "spread", "unit", "gate"});
  for (const Row& row : rows_)
    out += line({row.section, row.metric, number(row.limit), number(row.product), number(row.ratio),
                 number(row.spread), row.unit,
                 row.gate.empty() ? "" : row.gate + ": " + verdict(row)});
  for (const std::string& each : wrong_) out += "WRONG: " + each + "\n";
  return out;
}

std::string machine() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) < 1) load[0] = -1;
  std::string build = "optimised";
#ifndef __OPTIMIZE__
  build = "not optimised: times mean nothing";
#endif
  return "cpu: " + cpu_model() + "\ncores: " + std::to_string(std::thread::hardware_concurrency()) +
         "\nopenssl: " + OpenSSL_version(OPENSSL_VERSION) + "\nload: " + number(load[0]) +
         "\nbuild: " + build + "\n";
}

}  // namespace mailfleet::bench

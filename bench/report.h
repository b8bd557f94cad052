// What the sections found: figures for people and machines, and counts that must be right.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mailfleet::bench {

struct Row {
  std::string section{};
  std::string metric{};
  std::optional<double> limit{};  // the honest minimum, or the budget; empty: there is none
  double product = 0;
  std::optional<double> ratio{};   // product / limit, the median over the rounds
  std::optional<double> spread{};  // (highest - lowest) / median of the ratio, or of the product
  std::string unit{};
  std::string gate{};  // "<= 1.5": what the ratio or, without a limit, the product must keep to
};

// A figure that has no limit beside it.
inline Row figure(std::string section, std::string metric, double value, std::string unit,
                  std::string gate = {}) {
  return {std::move(section), std::move(metric), {}, value, {}, {},
          std::move(unit),    std::move(gate)};
}

class Report {
 public:
  void add(Row row);
  // A count that is not what the lab's truth says: the only thing that fails a run.
  void expect(bool right, const std::string& what);
  void note(const std::string& line);  // for people

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<std::string>& wrong() const { return wrong_; }
  std::string json() const;
  // Adds what json() of another report wrote. False when it is not that.
  bool take(const std::string& json);
  std::string table() const;

 private:
  std::vector<Row> rows_{};
  std::vector<std::string> wrong_{};
};

// "met", "missed", or why there is no verdict.
std::string verdict(const Row& row);
// CPU, cores, OpenSSL, load, build: one line each.
std::string machine();

}  // namespace mailfleet::bench

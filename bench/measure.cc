#include "bench/measure.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace mailfleet::bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

}  // namespace

double cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }

size_t resident_bytes() {
  size_t total = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t open_descriptors() {
  return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

double cpu_of(const std::function<void()>& work) {
  const double before = cpu_seconds();
  work();
  return cpu_seconds() - before;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double spread(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const auto [low, high] = std::ranges::minmax(values);
  return (high - low) / median(values);
}

Row compare(const Options& options, std::string section, std::string metric, std::string unit,
            const std::function<double()>& limit, const std::function<double()>& product,
            std::string gate) {
  std::vector<double> limits;
  std::vector<double> products;
  std::vector<double> ratios;
  if (!options
           .quick) {  // a round that does not count: caches, and memory that is new to the process
    limit();
    product();
  }
  for (int i = 0; i < options.rounds; ++i) {
    limits.push_back(limit());
    products.push_back(product());
    ratios.push_back(products.back() / limits.back());
  }
  return {std::move(section), std::move(metric), median(limits),  median(products),
          median(ratios),     spread(ratios),    std::move(unit), std::move(gate)};
}

Row repeat(const Options& options, std::string section, std::string metric, std::string unit,
           const std::function<double()>& product, std::string gate) {
  std::vector<double> products;
  for (int i = 0; i < options.rounds; ++i) products.push_back(product());
  return {std::move(section), std::move(metric), {}, median(products), {}, spread(products),
          std::move(unit),    std::move(gate)};
}

}  // namespace mailfleet::bench

// Clocks and rounds. A claim is a ratio of two things measured in turn in one run; a time by itself
// says more of the machine than of the program.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/report.h"

namespace mailfleet::bench {

double cpu_seconds();         // of this process, all its threads
double thread_cpu_seconds();  // of the calling thread
double wall_seconds();
size_t resident_bytes();  // of this process, now
size_t open_descriptors();

// CPU of this process that `work` takes.
double cpu_of(const std::function<void()>& work);

double median(std::vector<double> values);
// (highest - lowest) / median; 0 for less than two.
double spread(const std::vector<double>& values);

// Both in turn, `options.rounds` times; each returns its cost per operation.
Row compare(const Options& options, std::string section, std::string metric, std::string unit,
            const std::function<double()>& limit, const std::function<double()>& product,
            std::string gate = {});
// The product alone.
Row repeat(const Options& options, std::string section, std::string metric, std::string unit,
           const std::function<double()>& product, std::string gate = {});

}  // namespace mailfleet::bench

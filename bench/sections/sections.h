// What mailfleet-bench measures. Each section makes what it needs, adds its rows and ends; they do
// not depend on each other's order.
#pragma once

#include <span>
#include <string_view>

#include "bench/options.h"
#include "bench/report.h"

namespace mailfleet::bench {

void judge_section(const Options& options, Report& report);  // pure cost of the checks
void dns_section(const Options& options, Report& report);
void starttls_section(const Options& options, Report& report);
void check_section(const Options& options, Report& report);  // a full look at a domain
void sharing_section(const Options& options, Report& report);
void store_section(const Options& options, Report& report);
void metrics_section(const Options& options, Report& report);
void feed_section(const Options& options, Report& report);
void http_section(const Options& options, Report& report);
void pages_section(const Options& options, Report& report);
void tarpit_section(const Options& options, Report& report);
void overload_section(const Options& options, Report& report);
void quiet_section(const Options& options, Report& report);
void latency_section(const Options& options, Report& report);
void restart_section(const Options& options, Report& report);
void alerts_section(const Options& options, Report& report);
void soak_section(const Options& options, Report& report);
void curves_section(const Options& options, Report& report);  // cost by size of the fleet
void peers_section(const Options& options, Report& report);   // other programs on the same lab

struct Section {
  std::string_view name;
  void (*run)(const Options&, Report&);
  bool in_quick;  // its counts matter in ./test
};
std::span<const Section> all_sections();

}  // namespace mailfleet::bench

// mailfleet-bench [--quick] [--json FILE] [--plots DIR] [--rounds N] [SECTION…]
//
// Measures the program against the least that the same work can cost, in turn, in one run; each
// section in a process of its own. Ends
// with 1 when a count is wrong, never because of a time.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "bench/apart.h"
#include "bench/lab_process.h"
#include "bench/sections/sections.h"
#include "monitor/log.h"

using namespace mailfleet::bench;

namespace {

constexpr int usage_error = 2;

[[noreturn]] void usage(int status) {
  std::ostream& out = status == 0 ? std::cout : std::cerr;
  out << "usage: mailfleet-bench [--quick] [--json FILE] [--plots DIR] [--rounds N] [SECTION…]\n\n"
         "Sections:";
  for (const Section& each : all_sections()) out << ' ' << each.name;
  out << "\n--quick: small numbers, and only the sections whose counts can be wrong\n";
  std::exit(status);
}

const Section* find(const std::string& name) {
  for (const Section& each : all_sections())
    if (each.name == name) return &each;
  return nullptr;
}

Options parse(const std::vector<std::string>& words) {
  Options out;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) usage(usage_error);
      return words[++i];
    };
    if (words[i] == "--help")
      usage(EXIT_SUCCESS);
    else if (words[i] == "--quick")
      out.quick = true;
    else if (words[i] == "--json")
      out.json = value();
    else if (words[i] == "--plots")
      out.plots = value();
    else if (words[i] == "--rounds")
      out.rounds = std::max(1, std::atoi(value().c_str()));
    else if (find(words[i]))
      out.sections.push_back(words[i]);
    else
      usage(usage_error);
  }
  if (out.quick) out.rounds = 1;
  return out;
}

std::vector<const Section*> chosen(const Options& options) {
  std::vector<const Section*> out;
  for (const std::string& name : options.sections) out.push_back(find(name));
  if (!out.empty()) return out;
  for (const Section& each : all_sections())
    if (!options.quick || each.in_quick) out.push_back(&each);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv + 1, argv + argc});
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  mailfleet::set_log(mailfleet::LogLevel::error, mailfleet::LogFormat::logfmt);
  std::cout << machine() << std::flush;
  Report report;
  const std::vector<const Section*> sections = chosen(options);
  for (const Section* section : sections)
    (sections.size() == 1 ? run_section : run_apart)(*section, options, report);
  std::cout << report.table();
  if (!options.json.empty()) std::ofstream(options.json) << report.json();
  return report.wrong().empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

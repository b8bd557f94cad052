#include "monitor/cli/config_check.h"

#include <algorithm>
#include <iostream>

#include "checks/base/value.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"

namespace mailfleet {
namespace {

Value result(const std::string& file, const std::vector<std::string>& problems) {
  Value list = Value::list();
  for (const std::string& problem : problems) list.push(problem);
  return Value::object(
      {{"file", file}, {"valid", problems.empty()}, {"problems", std::move(list)}});
}

}  // namespace

int run_config_check(const ConfigCheckOptions& options) {
  std::string file = options.config;
  std::vector<std::string> problems;
  try {
    file = load_config(options.config).file.string();
  } catch (const ConfigError& error) {
    problems = error.problems;
  }
  if (options.json)
    std::cout << to_json_pretty(result(file, problems)) << '\n';
  else if (problems.empty())
    std::cout << file << ": good\n";
  else
    for (const std::string& problem : problems) std::cerr << "mailfleet: " << problem << '\n';
  return problems.empty() ? looked : usage;
}

}  // namespace mailfleet

#include "monitor/cli/commands.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>

#include "monitor/cli/config_check.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/limits.h"
#include "monitor/config.h"
#include "monitor/version.h"

namespace mailfleet {
namespace {

using Run = std::function<int()>;

constexpr const char* config_help =
    "configuration file (default: ./config.toml, then /etc/mailfleet/config.toml)";
constexpr const char* json_help = "print JSON instead of text for people";

// Describes one command; when the arguments name it, `run` becomes its function.
template <class Options>
CLI::App* add_command(CLI::App& parent, Run& run, const char* name, const char* help,
                      int (*function)(const Options&), std::shared_ptr<Options> options) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback(
      [&run, function, options] { run = [function, options] { return function(*options); }; });
  return command;
}

void add_config(CLI::App& app, Run& run) {
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  auto options = std::make_shared<ConfigCheckOptions>();
  CLI::App* check = add_command(
      *config, run, "check", "Say whether a configuration file is right, and what is wrong where",
      run_config_check, options);
  check->add_option("FILE,--config", options->config, config_help);
  check->add_flag("--json", options->json, json_help);
}

void add_limits(CLI::App& app, Run& run) {
  auto options = std::make_shared<LimitsOptions>();
  CLI::App* limits =
      add_command(app, run, "limits", "List every limit of the program and why it is there",
                  run_limits, options);
  limits->add_flag("--json", options->json, json_help);
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app(
      "Mailfleet watches the e-mail security of many domains: DNS, TLS, MTA-STS, SPF, DKIM, DMARC.",
      "mailfleet");
  app.footer("Each command has its own help: mailfleet COMMAND --help");
  app.set_version_flag("--version", "mailfleet " + std::string(version()));
  app.require_subcommand(1);
  Run run;
  add_config(app, run);
  add_limits(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    throw OperatorError(std::string(error.what()) + " (mailfleet --help says what there is)");
  }
  return run();
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const ConfigError& error) {
    for (const std::string& problem : error.problems) std::cerr << "mailfleet: " << problem << '\n';
  } catch (const std::exception& error) {
    std::cerr << "mailfleet: " << error.what() << '\n';
  }
  return usage;
}

}  // namespace mailfleet

#include "monitor/cli/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "embedded.h"
#include "monitor/cli/backup.h"
#include "monitor/cli/check.h"
#include "monitor/cli/config_check.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/feed.h"
#include "monitor/cli/fleet.h"
#include "monitor/cli/limits.h"
#include "monitor/cli/manual.h"
#include "monitor/cli/replay.h"
#include "monitor/cli/report.h"
#include "monitor/cli/scan.h"
#include "monitor/cli/serve.h"
#include "monitor/config.h"
#include "monitor/nearest_word.h"
#include "monitor/version.h"

namespace mailfleet {
namespace {

using Run = std::function<int()>;

constexpr const char* config_help =
    "configuration file (default: ./config.toml, then /etc/mailfleet/config.toml)";
constexpr const char* feed_key_help =
    "whose signature to believe: a minisign public key file, its RW… text, or a keys.json";
constexpr const char* json_help = "print JSON instead of text for people";

// Every command takes --config, also those that need none.
std::string ignored_config;

// Describes one command; when the arguments name it, `run` becomes its function.
template <class Options>
CLI::App* add_command(CLI::App& parent, Run& run, const char* name, const char* help,
                      int (*function)(const Options&), std::shared_ptr<Options> options) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback(
      [&run, function, options] { run = [function, options] { return function(*options); }; });
  return command;
}

void add_check(CLI::App& app, Run& run) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* check =
      add_command(app, run, "check", "Look at domains now and say what is wrong and what to do",
                  run_check, options);
  check
      ->add_option("DOMAIN", options->domains,
                   "domains, as people write them; e-mail addresses will do")
      ->required();
  check->add_flag("--json", options->json, json_help);
  check->add_option("--lang", options->lang, "language of the text: en, or cy for Welsh")
      ->check(CLI::IsMember({"en", "cy"}));
  check->add_option("--config", options->config, std::string(config_help) + "; works without one");
  check->add_option("--world", options->world, "ask this world file instead of the network");
  check->add_option("--ip", options->ip, "also: would mail from this address pass SPF …");
  check->add_option("--mail-from", options->mail_from,
                    "… for this sender (\"\" is the null sender)");
  check->add_option("--helo", options->helo, "… from a server that calls itself so");
  check
      ->add_option("--fail-on", options->fail_on,
                   "end with status 1 when there are findings as bad as this: fail or advice")
      ->check(CLI::IsMember({"fail", "advice"}));
  check->footer(
      "Examples:\n"
      "  mailfleet check cardiff.gov.uk\n"
      "  mailfleet check --lang cy caerdydd.gov.uk\n"
      "  mailfleet check --json --fail-on fail cardiff.gov.uk swansea.gov.uk\n"
      "  mailfleet check cardiff.gov.uk --ip 192.0.2.1 --mail-from post@cardiff.gov.uk\n\n"
      "Exit status: 0 looked at everything, whatever was found; 1 --fail-on found something;\n"
      "2 the command line or the configuration is wrong; 3 nothing could be learnt about a "
      "domain.");
}

void add_fleet(CLI::App& app, Run& run) {
  CLI::App* fleet =
      app.add_subcommand("fleet", "Whom we watch: list it, check a list, import one of others");
  fleet->require_subcommand(1);
  auto list = std::make_shared<FleetListOptions>();
  CLI::App* command = add_command(
      *fleet, run, "list", "List the domains that the configuration names", run_fleet_list, list);
  command->add_option("--config", list->config, config_help);
  command->add_flag("--json", list->json, json_help);
  auto check = std::make_shared<FleetCheckOptions>();
  command =
      add_command(*fleet, run, "check", "Say line by line what of a CSV or TXT list is understood",
                  run_fleet_check, check);
  command->add_option("FILE", check->file, "the list")->required();
  command->add_flag("--json", check->json, json_help);
  command->add_option("--config", ignored_config, config_help)->group("");
  auto import = std::make_shared<FleetImportOptions>();
  command = add_command(*fleet, run, "import",
                        "Turn a list that others publish into ours, on standard output",
                        run_fleet_import, import);
  command->add_option("FILE", import->file, "the list of others")->required();
  command
      ->add_option("--format", import->format,
                   "csv, txt, ukps-domains, dotgov or starttls-everywhere")
      ->check(
          CLI::IsMember({"auto", "csv", "txt", "ukps-domains", "dotgov", "starttls-everywhere"}))
      ->capture_default_str();
  command->add_option("--sector", import->sector, "the sector of domains that the list gives none");
  command->footer("Example:\n  mailfleet fleet import user_domains.json > fleets/uk.csv");
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

void add_feed_consumer(CLI::App& feed, Run& run) {
  auto verify = std::make_shared<FeedVerifyOptions>();
  CLI::App* command =
      add_command(feed, run, "verify",
                  "Say whether an edition may be believed: signature, schema, dates, serial",
                  run_feed_verify, verify);
  command->add_option("FILE", verify->file, "the edition, trusted-domains.json")->required();
  command->add_option("--key", verify->key, feed_key_help)->required();
  command->add_option("--signature", verify->signature,
                      "signature file (default: FILE.sig, else FILE.jws)");
  command->add_option("--state", verify->state,
                      "remember here what was accepted, so that the feed cannot go back");
  command->add_flag("--json", verify->json, json_help);

  auto rules = std::make_shared<FeedExportOptions>();
  command = add_command(feed, run, "export", "Make a mail gateway's rules from a verified edition",
                        run_feed_export, rules);
  command
      ->add_option("FORMAT", rules->format, "postfix, exim, exchange, csv or starttls-everywhere")
      ->required();
  command->add_option("FILE", rules->file, "the edition, trusted-domains.json")->required();
  command->add_option("--key", rules->key, feed_key_help);
  command->add_option("--signature", rules->signature,
                      "signature file (default: FILE.sig, else FILE.jws)");
  command->add_option("--output", rules->output,
                      "write here, whole or not at all (default: standard output)");
  command->add_option("--tier", rules->tier, "the least tier to enforce: T1, T2 or T3")
      ->capture_default_str();
  command
      ->add_option("--on-expiry", rules->on_expiry,
                   "when the edition has expired: keep (refuse; the old rules stand), encrypt or "
                   "opportunistic")
      ->capture_default_str();
  command
      ->add_option("--postfix-version", rules->postfix_version, "spell the rules for this version")
      ->capture_default_str();
  command->add_option("--dane", rules->dane, "entries that rest on DANE: dane-only or leave-out")
      ->capture_default_str();
  command->add_option("--suffix", rules->suffixes,
                      "postfix: require TLS to every domain below, as gov.uk; may be repeated");
  command
      ->add_option("--suffix-level", rules->suffix_level,
                   "what is asked below a suffix: encrypt, or verify (a certificate that can be "
                   "checked)")
      ->capture_default_str();
  command->add_option("--exceptions", rules->exceptions,
                      "the feed's exceptions.json (its signature beside it): who below a suffix "
                      "cannot do that today");
  command->add_flag("--allow-unsigned", rules->allow_unsigned,
                    "make rules even from an unsigned edition");
}

void add_feed(CLI::App& app, Run& run) {
  CLI::App* feed = app.add_subcommand("feed", "Work with the signed list of trusted domains");
  feed->require_subcommand(1);
  auto show = std::make_shared<FeedShowOptions>();
  CLI::App* command =
      add_command(*feed, run, "show", "List the entries of an edition", run_feed_show, show);
  command->add_option("FILE", show->file, "the edition, trusted-domains.json")->required();
  command->add_flag("--json", show->json, json_help);
  auto keygen = std::make_shared<FeedKeygenOptions>();
  command = add_command(*feed, run, "keygen",
                        "Make a signing key, and its public half beside it as FILE.pub",
                        run_feed_keygen, keygen);
  command->add_option("FILE", keygen->file, "where the secret key goes; must not exist")
      ->required();
  add_feed_consumer(*feed, run);
  auto diff = std::make_shared<FeedDiffOptions>();
  command =
      add_command(*feed, run, "diff", "Say what changed between two editions", run_feed_diff, diff);
  command->add_option("OLD", diff->older, "the older edition")->required();
  command->add_option("NEW", diff->newer, "the newer edition")->required();
  command->add_flag("--json", diff->json, json_help);
}

// CLI11 would say only that a command is missing.
void refuse_unknown_command(const CLI::App& app, int argc, const char* const* argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (word.empty() || word.starts_with('-') || std::ranges::find(names, word) != names.end())
    return;
  const std::string near = nearest_word(word, names);
  throw OperatorError("unknown command \"" + word + "\"" +
                      (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                      " (mailfleet --help says what there is)");
}

void add_serve(CLI::App& app, Run& run) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serve = add_command(app, run, "serve", "Watch the fleet and serve what is known of it",
                                run_serve, options);
  serve->add_option("--config", options->config, config_help);
}

void add_scan(CLI::App& app, Run& run) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* scan = add_command(app, run, "scan", "Look at every domain of the fleet once",
                               run_scan_command, options);
  scan->add_option("--config", options->config, config_help);
  scan->add_flag("--json", options->json, "print JSON Lines: a domain each, then a summary");
  scan->add_option("--fail-on", options->fail_on, "exit with 1 when such a finding is there")
      ->check(CLI::IsMember({"fail", "advice"}));
}

void add_replay(CLI::App& app, Run& run) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* replay =
      add_command(app, run, "replay", "Judge stored evidence again, by the rules of this version",
                  run_replay, options);
  replay->add_option("DOMAIN", options->domain, "the domain")->required();
  replay->add_option("--at", options->at, "what was known then (default: the latest look)");
  replay->add_option("--config", options->config, config_help);
  replay->add_flag("--json", options->json, json_help);
}

void add_report(CLI::App& app, Run& run) {
  CLI::App* report =
      app.add_subcommand("report", "Reports of other mail systems (DMARC aggregate, TLS-RPT)");
  report->require_subcommand(1);
  auto options = std::make_shared<ReportImportOptions>();
  CLI::App* command =
      add_command(*report, run, "import",
                  "Count reports for the domains of the fleet, each once; refused while serve runs",
                  run_report_import, options);
  command
      ->add_option("FILE", options->files,
                   "XML or JSON, packed by gzip or ZIP, or a mail message with one attached; - is "
                   "standard input")
      ->required();
  command->add_option("--config", options->config, config_help);
  command->add_flag("--json", options->json, json_help);
  command->footer(
      "Outcomes: accepted; rejected (no report, or one that cannot be right); duplicate (imported\n"
      "before); held (about a domain outside the fleet; nothing is stored).\n\n"
      "Examples:\n"
      "  mailfleet report import reports/*.xml.gz reports/*.zip\n"
      "  mailfleet report import - < message.eml\n\n"
      "Exit status: 0 every report was read; 2 the command line or the configuration is wrong, or\n"
      "the monitor is running; 3 a file was rejected.");
}

void add_backup(CLI::App& app, Run& run) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* backup = add_command(app, run, "backup",
                                 "Copy the database, also while the monitor runs, and prove it",
                                 run_backup, options);
  backup->add_option("FILE", options->file, "the copy; an earlier copy is replaced")->required();
  backup->add_option("--config", options->config, config_help);
  backup->add_flag("--json", options->json, "print JSON: each table's rows and their SHA-256");
  backup->footer(
      "To restore: stop the monitor, put FILE in the place of mailfleet.db in data_dir, remove\n"
      "mailfleet.db-wal and mailfleet.db-shm if they are there, start the monitor.");
}

constexpr const char* purpose =
    "Mailfleet watches the e-mail security of many domains: DNS, TLS, MTA-STS, SPF, DKIM, DMARC.";

// Names that CLI11 gives to what is not a word or a number of ours ("TEXT:{fail,advice}").
std::string value_word(const CLI::Option& option) {
  if (option.get_type_size_max() == 0) return "";
  const std::string type = option.get_type_name();
  return type.starts_with("TEXT") ? " VALUE" : " " + type;
}

void describe_option(const CLI::Option& option, ManualCommand& into) {
  if (option.get_group().empty() || option.check_lname("help")) return;
  if (option.get_positional()) {
    std::string word = option.get_name(true);
    word = word.substr(0, word.find(','));
    if (option.get_items_expected_max() > 1) word += "…";
    into.arguments.push_back(
        {option.get_required() ? word : "[" + word + "]", option.get_description()});
    return;
  }
  const std::string standard = option.get_default_str();
  into.options.push_back(
      {option.get_name() + value_word(option),
       option.get_description() + (standard.empty() ? "" : " (default: " + standard + ")")});
}

void describe_commands(const CLI::App& above, const std::string& before,
                       std::vector<ManualCommand>& into) {
  for (const CLI::App* command : above.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    const std::string name = before + command->get_name();
    if (command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      ManualCommand& row = into.emplace_back(ManualCommand{
          .name = name,
          .help = command->get_description(),
          .footer = command->get_footer() == above.get_footer() ? "" : command->get_footer()});
      for (const CLI::Option* option : command->get_options()) describe_option(*option, row);
    }
    describe_commands(*command, name + " ", into);
  }
}

std::string shipped_config() {
  for (const EmbeddedFile& file : embedded_files_of_mf_shell())
    if (file.path == "config.toml") return std::string(file.text);
  throw std::logic_error("not embedded: config.toml");
}

// For the build, not for people: they have man(1).
void add_man(CLI::App& app, Run& run) {
  auto options = std::make_shared<ManOptions>();
  CLI::App* man = app.add_subcommand("man", "Print a manual page")->group("");
  man->add_option("PAGE", options->page, "mailfleet or mailfleet.toml")
      ->required()
      ->check(CLI::IsMember({"mailfleet", "mailfleet.toml"}));
  man->callback([&app, &run, options] {
    run = [&app, options] {
      std::vector<ManualCommand> commands;
      describe_commands(app, "", commands);
      std::cout << (options->page == "mailfleet" ? command_page(purpose, commands)
                                                 : config_page(shipped_config()));
      return static_cast<int>(looked);
    };
  });
}

// "--mail-from=" gives an empty value; CLI11 would take the next argument for it.
std::vector<std::string> with_empty_values(int argc, const char* const* argv) {
  std::vector<std::string> out;
  for (int i = 0; i < argc; ++i) {
    const std::string each = argv[i];
    const bool empty =
        each.size() > 3 && each.starts_with("--") && each.find('=') + 1 == each.size();
    out.push_back(empty ? each.substr(0, each.size() - 1) : each);
    if (empty) out.emplace_back();
  }
  return out;
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app(purpose, "mailfleet");
  app.footer("Each command has its own help: mailfleet COMMAND --help");
  app.set_version_flag("--version", "mailfleet " + std::string(version()));
  app.require_subcommand(1);
  Run run;
  add_serve(app, run);
  add_scan(app, run);
  add_check(app, run);
  add_replay(app, run);
  add_report(app, run);
  add_fleet(app, run);
  add_config(app, run);
  add_backup(app, run);
  add_limits(app, run);
  add_feed(app, run);
  add_man(app, run);
  refuse_unknown_command(app, argc, argv);
  try {
    const std::vector<std::string> arguments = with_empty_values(argc, argv);
    std::vector<const char*> given;
    for (const std::string& each : arguments) given.push_back(each.c_str());
    app.parse(static_cast<int>(given.size()), given.data());
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

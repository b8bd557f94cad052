#include "monitor/cli/check.h"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "checks/spf/sender.h"
#include "exporter/domain_json.h"
#include "exporter/pages/texts.h"
#include "monitor/advice.h"
#include "monitor/cli/check_report.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/terminal.h"
#include "monitor/clock.h"
#include "monitor/fleet_files.h"
#include "monitor/probe/prober.h"
#include "monitor/reference.h"
#include "monitor/scan.h"
#include "monitor/settings.h"
#include "world/read_world.h"
#include "world/world_prober.h"

namespace mailfleet {
namespace {

// Somebody waits for the answer: a single look, its deep scan included, may open a session each
// second. The monitor, which comes again and again, keeps to per_address_per_minute.
constexpr int check_sessions_per_minute = 60;

ProbeSettings one_look(const Config& config) {
  ProbeSettings out = probe_settings(config);
  out.per_address_per_minute = std::max(out.per_address_per_minute, check_sessions_per_minute);
  return out;
}

// What was looked at, and what was found.
struct Look {
  Name name;
  const FleetEntry* entry = nullptr;
  Posture posture{};
  TrustView trust{};
  Value check_host{};  // null unless a sender was asked about
};

// A check is a plain function, and one command has one sender to ask about.
std::optional<SenderQuestion> sender;

Judgement judge_the_sender(const Domain& domain, Facts& facts) {
  SenderQuestion question = *sender;
  question.domain = domain.name;
  return judge_sender(question, facts);
}

constexpr std::string_view no_ladder[] = {"none"};
constexpr Check sender_check{"check-host", "SPF for a sender", no_ladder, judge_the_sender};

void read_sender(const CheckOptions& options, const Name& domain) {
  const bool asked = options.mail_from.has_value() || !options.helo.empty();
  if (options.ip.empty() && !asked) return;
  if (options.ip.empty()) throw OperatorError("--mail-from and --helo need --ip ADDRESS");
  if (!asked) throw OperatorError("--ip needs --mail-from ADDRESS (\"\" is the null sender)");
  const auto ip = Address::parse(options.ip);
  if (!ip)
    throw OperatorError("--ip must be an address like 192.0.2.1 or 2001:db8::1, got \"" +
                        options.ip + "\"");
  sender = SenderQuestion{domain, *ip, options.mail_from.value_or(""), options.helo};
}

// Names may be any that people write, public suffixes included: somebody asked for just this one.
std::vector<Name> read_names(const std::vector<std::string>& texts) {
  DomainTools tools = domain_tools();
  tools.is_public_suffix = [](const Name&) { return false; };
  std::vector<Name> out;
  for (const std::string& text : texts) {
    const DomainText domain = understand_domain(text, tools);
    if (!domain.name) throw OperatorError("\"" + text + "\": " + domain.reason);
    if (!domain.note.empty())
      std::cerr << "mailfleet: " << domain.name->text() << ": " << domain.note << '\n';
    if (std::ranges::find(out, *domain.name) == out.end()) out.push_back(*domain.name);
  }
  return out;
}

class Looker {
 public:
  Looker(const CheckOptions& options, const Config& config)
      : config_(config),
        reference_(load_reference(config.monitor.data_dir)),
        fleet_(load_fleet(config.fleets)) {
    if (options.world.empty()) {
      prober_ = std::make_unique<NetworkProber>(io_, one_look(config), wall_clock);
      now_ = wall_clock();
    } else {
      const World world = load_world(options.world);
      now_ = world.now.value_or(wall_clock());
      prober_ = make_world_prober(world, now_);
    }
    checks_.assign(all_checks().begin(), all_checks().end());
    if (sender) checks_.push_back(&sender_check);
  }

  std::vector<Look> look_at(const std::vector<Name>& names) {
    std::vector<Look> looks;
    for (const Name& name : names) looks.push_back({.name = name, .entry = fleet_.find(name)});
    const Deadline deadline = std::chrono::steady_clock::now() + config_.monitor.scan_deadline;
    size_t left = looks.size();
    for (Look& look : looks)
      run_scan(domain_of(look.name, look.entry, reference_), checks_, *prober_, AskMode::fresh,
               now_, deadline, [&](ScanResult result) {
                 finish(look, std::move(result));
                 if (--left == 0) io_.stop();
               });
    if (left > 0) {
      const auto work = boost::asio::make_work_guard(io_);
      io_.run();
    }
    return looks;
  }

  Time now() const { return now_; }

 private:
  void finish(Look& look, ScanResult result) const {
    if (!result.trouble.empty())
      std::cerr << "mailfleet: " << look.name.text() << ": " << result.trouble << '\n';
    if (sender) {
      look.check_host = result.judgements.back().facts["check_host"];
      result.judgements.pop_back();
    }
    look.posture = after_look(nullptr, all_checks(), std::move(result.judgements), result.at);
    look.trust.eligibility = eligibility_of(look.posture);
  }

  const Config& config_;
  Reference reference_;
  LoadedFleet fleet_;
  boost::asio::io_context io_{1};
  std::vector<const Check*> checks_{};
  std::unique_ptr<Prober> prober_{};
  Time now_{};
};

Value as_json(const Look& look, Time now) {
  Posture posture = look.posture;
  if (sender)
    for (Standing& standing : posture.standings)
      if (standing.check == "spf")
        (standing.unseen ? standing.unseen->facts : standing.facts)
            .set("check_host", look.check_host);
  return domain_object(look.name, posture, look.trust, now);
}

// "Mail from 192.0.2.1 as …: SPF fail", and how that came about, term by term.
std::string sender_report(const Value& answer, const Texts& texts) {
  std::string out =
      "\n  " +
      texts.say("report.sender", {{"ip", sender->ip.text()},
                                  {"sender", for_display(sender->mail_from)},
                                  {"result", answer["result"].as_string().value_or("unknown")}});
  if (const auto reason = answer["reason"].as_string()) out += " (" + for_display(*reason) + ")";
  for (const Value& step : answer["trace"].items())
    out += "\n      " + for_display(step["domain"].as_string().value_or("")) + "  " +
           for_display(step["term"].as_string().value_or("")) + "  " +
           std::string(step["outcome"].as_string().value_or(""));
  return out + "\n";
}

void print(const std::vector<Look>& looks, const CheckOptions& options, Time now) {
  if (options.json) {
    Value list = Value::list();
    for (const Look& look : looks) list.push(as_json(look, now));
    std::cout << to_json_pretty(list) << '\n';
    return;
  }
  const AdviceBook advice = load_advice();
  const Language language = options.lang == "cy" ? Language::welsh : Language::english;
  for (const Look& look : looks) {
    std::cout << (&look == &looks.front() ? "" : "\n")
              << check_report({look.name, look.entry, look.posture, look.trust}, advice, language,
                              colours_wanted());
    if (sender) std::cout << sender_report(look.check_host, texts(language));
  }
}

bool has_finding_of(const Look& look, Severity least) {
  return std::ranges::any_of(look.posture.standings, [&](const Standing& standing) {
    const auto& findings = standing.unseen ? standing.unseen->findings : standing.findings;
    return std::ranges::any_of(findings,
                               [&](const Finding& finding) { return finding.severity >= least; });
  });
}

}  // namespace

int run_check(const CheckOptions& options) {
  sender.reset();
  const std::optional<Severity> fail_on = parse_severity(options.fail_on);
  const std::vector<Name> names = read_names(options.domains);
  read_sender(options, names.front());
  const Config config = load_config_if_any(options.config);
  Looker looker(options, config);
  const std::vector<Look> looks = looker.look_at(names);
  print(looks, options, looker.now());
  if (fail_on &&
      std::ranges::any_of(looks, [&](const Look& look) { return has_finding_of(look, *fail_on); }))
    return found;
  const bool all_known = std::ranges::none_of(
      looks, [](const Look& look) { return state_of(look.posture) == DomainState::unknown; });
  return all_known ? looked : nothing_learnt;
}

}  // namespace mailfleet

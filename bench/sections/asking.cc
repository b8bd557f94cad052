// dns, starttls, check, sharing: what asking the network costs against the least it can.
#include "bench/lab_process.h"
#include "bench/limit/dns.h"
#include "bench/limit/sessions.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"
#include "checks/registry.h"
#include "monitor/reference.h"
#include "monitor/settings.h"

namespace mailfleet::bench {
namespace {

constexpr size_t dns_in_flight = 200;
constexpr size_t sessions_in_flight = 64;
constexpr size_t scans_in_flight = 200;
constexpr double micro = 1e6;
constexpr int warm_rounds = 5;  // a warm answer is too quick for the clock

std::vector<DnsQuestion> questions_for(const LittleInternet& net) {
  std::vector<DnsQuestion> out;
  for (const PlannedDomain& each : net.domains) out.push_back({each.name, DnsType::mx});
  return out;
}

std::vector<Question> asked(const std::vector<DnsQuestion>& questions) {
  return {questions.begin(), questions.end()};
}

std::vector<Question> smtp_questions(const LittleInternet& net) {
  std::vector<Question> out;
  for (const auto& [host, address] : net.hosts)
    out.push_back(SmtpQuestion{host, address, SmtpDepth::basic});
  return out;
}

uint64_t done(const ProbeCounters& counters, std::string_view kind) {
  uint64_t out = 0;
  for (const auto& [key, count] : counters.probes)
    if (key.first == kind) out += count;
  return out;
}

}  // namespace

void judge_section(const Options& options, Report& report) {
  const LittleInternet net = make_internet({.domains = 50, .policy_percent = 100});
  const LabProcess lab(net.world);
  Hands hands(lab.probe_settings());
  std::vector<Evidence> evidence(net.domains.size());
  hands.scan(net.names(), scans_in_flight,
             [&](size_t index, const ScanResult& result) { evidence[index] = result.evidence; });
  const Reference reference = load_reference({});
  const size_t times = options.scaled(20, 1);
  report.add(repeat(options, "judge", "one domain's evidence, all checks", "µs", [&] {
    const double cost = cpu_of([&] {
      for (size_t i = 0; i < times; ++i)
        for (size_t d = 0; d < evidence.size(); ++d)
          judge_all(domain_of(net.domains[d].name, nullptr, reference), all_checks(), evidence[d],
                    wall_clock());
    });
    return cost / static_cast<double>(times * evidence.size()) * micro;
  }));
}

void dns_section(const Options& options, Report& report) {
  const LittleInternet net = make_internet({.domains = options.scaled(2000, 100)});
  const LabProcess lab(net.world);
  const auto questions = questions_for(net);
  const auto count = static_cast<double>(questions.size());
  const auto cold_limit = [&] {
    return unbound_dns(lab.dns_port(), lab.trust_anchor_file(), questions, dns_in_flight).cold /
           count * micro;
  };
  report.add(compare(options, "dns", "cold question, validated", "µs", cold_limit, [&] {
    Hands hands(lab.probe_settings());
    return hands.ask(asked(questions), dns_in_flight) / count * micro;
  }));
  // Few enough names to be asked again before the lab's answers grow old.
  const std::vector<DnsQuestion> few(questions.begin(),
                                     questions.begin() + static_cast<ptrdiff_t>(count / 4));
  const double repeated = static_cast<double>(few.size()) * warm_rounds;
  const auto stub = [&] {
    double cost = 0;
    for (int i = 0; i < warm_rounds; ++i) cost += stub_dns(lab.dns_port(), few, dns_in_flight);
    return cost / repeated * micro;
  };
  const auto warm = [&] {
    Hands hands(lab.probe_settings());
    hands.ask(asked(few), dns_in_flight);
    double cost = 0;
    for (int i = 0; i < warm_rounds; ++i) cost += hands.ask(asked(few), dns_in_flight);
    return cost / repeated * micro;
  };
  report.add(compare(options, "dns", "warm question (limit: a stub's over UDP)", "µs", stub, warm,
                     "<= 1"));
}

void starttls_section(const Options& options, Report& report) {
  const LittleInternet net =
      make_internet({.domains = options.scaled(1000, 50), .operators = 1, .own_host_percent = 100});
  const LabProcess lab(net.world);
  const auto count = static_cast<double>(net.hosts.size());
  const auto limit = [&] {
    const SessionCost cost =
        bare_starttls({net.hosts, lab.smtp_port(), lab.ca_file()}, sessions_in_flight);
    report.expect(cost.good == net.hosts.size(), "starttls: the bare probe saw failures");
    return cost.cpu_seconds / count * 1000;
  };
  const auto product = [&] {
    Hands hands(lab.probe_settings());
    size_t good = 0;
    const double cost =
        hands.ask(smtp_questions(net), sessions_in_flight, [&](const Observation& seen) {
          const auto& smtp = std::get<SmtpObservation>(seen);
          good += smtp.tls && smtp.tls->version == "TLSv1.3" ? 1 : 0;
        });
    report.expect(good == net.hosts.size(), "starttls: not every session was seen as TLSv1.3");
    return cost / count * 1000;
  };
  report.add(compare(options, "starttls", "a session, judged chain and all", "ms", limit, product,
                     "<= 1.15"));
}

void check_section(const Options& options, Report& report) {
  const LittleInternet net = make_internet({.domains = options.scaled(1000, 50)});
  const LabProcess lab(net.world);
  const auto count = static_cast<double>(net.domains.size());
  double questions = 0;
  double sessions = 0;
  double fetches = 0;
  double deep = 0;
  const auto look = [&](LookKind kind) {
    Hands hands(lab.probe_settings(), kind);
    size_t right = 0;
    const double cost =
        hands.scan(net.names(), scans_in_flight, [&](size_t index, const ScanResult& result) {
          right += agrees(net.domains[index].truth, result) ? 1 : 0;
        });
    report.expect(right == net.domains.size(), "check: " + std::to_string(right) + " of " +
                                                   std::to_string(net.domains.size()) + " right");
    questions = static_cast<double>(done(hands.counters(), "dns"));
    sessions = static_cast<double>(done(hands.counters(), "smtp"));
    fetches = static_cast<double>(done(hands.counters(), "https"));
    deep = static_cast<double>(done(hands.counters(), "smtp-deep"));
    return cost / count * 1000;
  };
  report.add(repeat(options, "check", "the day's first look, with the deep scan", "ms",
                    [&] { return look(LookKind::daily); }));
  report.note("check: the deep scan made " + std::to_string(deep / count) +
              " more connections a domain");
  const auto product = [&] { return look(LookKind::everyday); };
  product();  // for the numbers of questions that the limit is made of
  const auto dns = questions_for(net);
  const auto limit = [&] {
    const double question =
        unbound_dns(lab.dns_port(), lab.trust_anchor_file(), dns, dns_in_flight).cold /
        static_cast<double>(dns.size());
    const SessionTargets servers{net.hosts, lab.smtp_port(), lab.ca_file()};
    const double session = bare_starttls(servers, sessions_in_flight).cpu_seconds /
                           static_cast<double>(net.hosts.size());
    const SessionTargets policies{net.policy_hosts, lab.https_port(), lab.ca_file()};
    const double fetch = bare_https(policies, sessions_in_flight).cpu_seconds /
                         static_cast<double>(net.policy_hosts.size());
    return (questions * question + sessions * session + fetches * fetch) / count * 1000;
  };
  report.add(compare(options, "check", "a full look at a domain (limit: sum of its parts)", "ms",
                     limit, product, "<= 1.5"));
  report.note("check: per domain " + std::to_string(questions / count) + " DNS questions, " +
              std::to_string(sessions / count) + " SMTP sessions, " +
              std::to_string(fetches / count) + " fetches");
}

void sharing_section(const Options& options, Report& report) {
  // Operators have a second mail server, as those of public bodies do.
  const LittleInternet net = make_internet({.domains = options.scaled(1000, 50),
                                            .operators = 10,
                                            .operator_hosts = 2,
                                            .own_host_percent = 40});
  const LabProcess lab(net.world);
  const auto count = static_cast<double>(net.domains.size());
  double sessions = 0;
  const auto cost = [&](LookKind kind) {
    Hands hands(lab.probe_settings(), kind);
    const double out = hands.scan(net.names(), scans_in_flight) / count * 1000;
    sessions = static_cast<double>(done(hands.counters(), "smtp")) / count;
    return out;
  };
  double without = 0;
  const auto unshared = [&] {
    const double out = cost(LookKind::unshared);
    without = sessions;
    return out;
  };
  report.add(compare(
      options, "sharing", "a look, MX results shared (limit: not shared)", "ms", unshared,
      [&] { return cost(LookKind::everyday); }, "<= 0.65"));
  report.note("sharing: " + std::to_string(sessions) + " sessions a domain, " +
              std::to_string(without) + " without");
}

}  // namespace mailfleet::bench

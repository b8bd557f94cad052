// peers: other programs on the same lab, when this machine has them. A column says whether what
// they report agrees with what the lab is.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/lab_process.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"

namespace mailfleet::bench {
namespace {

namespace fs = std::filesystem;

bool installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/bin";
  for (size_t at = 0; at < rest.size();) {
    const size_t end = std::min(rest.find(':', at), rest.size());
    if (access((rest.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

double children_cpu() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Ran {
  std::string out{};
  double cpu = 0;
};

Ran run(const std::string& command) {
  const double before = children_cpu();
  Ran out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return out;
  std::array<char, 4096> buffer{};
  while (const size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.out.append(buffer.data(), size);
  pclose(pipe);
  out.cpu = children_cpu() - before;
  return out;
}

// Runs the command of each of the first hosts; `truth` stands in the output of those that agree.
template <class Command>
void ask_hosts(const char* what, size_t few, const LittleInternet& net, const char* truth,
               Report& report, Command command) {
  size_t agreed = 0;
  double cpu = 0;
  for (size_t i = 0; i < few; ++i) {
    const Ran ran = run(command(net.hosts[i].first.text(), net.hosts[i].second.text()));
    cpu += ran.cpu;
    agreed += ran.out.find(truth) != std::string::npos ? 1 : 0;
  }
  report.add(figure(
      "peers",
      std::string(what) + "; agrees " + std::to_string(agreed) + " of " + std::to_string(few),
      cpu / static_cast<double>(few) * 1000, "ms"));
}

void sslscan(const LittleInternet& net, const LabProcess& lab, Report& report) {
  constexpr size_t few = 5;  // each takes dozens of connections
  ask_hosts("sslscan, a deep scan of one host", few, net, "TLSv1.3   enabled", report,
            [&](const std::string&, const std::string& address) {
              return "sslscan --no-colour --starttls-smtp " + address + ":" +
                     std::to_string(lab.smtp_port());
            });
}

void openssl_client(const LittleInternet& net, const LabProcess& lab, Report& report) {
  constexpr size_t few = 20;
  ask_hosts("openssl s_client, a session", few, net, "Verification: OK", report,
            [&](const std::string& host, const std::string& address) {
              return "openssl s_client -starttls smtp -connect " + address + ":" +
                     std::to_string(lab.smtp_port()) + " -CAfile " + lab.ca_file() +
                     " -verify_hostname " + host + " </dev/null";
            });
}

void dnsperf(const LittleInternet& net, const LabProcess& lab, Report& report) {
  const std::string file = lab.folder() + "/queries";
  std::ofstream out(file);
  for (const PlannedDomain& each : net.domains) out << each.name.text() << " MX\n";
  out.close();
  const Ran ran = run("dnsperf -s 127.0.0.1 -p " + std::to_string(lab.dns_port()) + " -d " + file +
                      " -n 5 -c 1 -T 1 -q 200");
  const size_t at = ran.out.find("Queries completed:");
  const double completed = at == std::string::npos ? 0 : std::atof(ran.out.c_str() + at + 18);
  if (completed > 0)
    report.add(figure("peers", "dnsperf, a question", ran.cpu / completed * 1e6, "µs"));
}

void blackbox(const LittleInternet& net, const LabProcess& lab, Report& report) {
  // Its CPU is in /proc while it runs; asked over HTTP for each target, as Prometheus would.
  const std::string folder = lab.folder();
  std::ofstream(folder + "/blackbox.yml")
      << "modules:\n  smtp:\n    prober: tcp\n    timeout: 10s\n    tcp:\n      query_response:\n"
         "        - expect: \"^220 \"\n        - send: \"EHLO bench\\r\"\n"
         "        - expect: \"^250 \"\n        - send: \"STARTTLS\\r\"\n"
         "        - expect: \"^220\"\n        - starttls: true\n      tls_config:\n"
         "        insecure_skip_verify: true\n";
  std::string script = "prometheus-blackbox-exporter --config.file=" + folder +
                       "/blackbox.yml --web.listen-address=127.0.0.1:19115 >/dev/null 2>&1 & p=$!; "
                       "sleep 2; good=0; for t in";
  constexpr size_t few = 200;
  for (size_t i = 0; i < few && i < net.hosts.size(); ++i)
    script += " " + net.hosts[i].second.text() + ":" + std::to_string(lab.smtp_port());
  script +=
      "; do curl -s \"http://127.0.0.1:19115/probe?module=smtp&target=$t\" | grep -q "
      "'^probe_success "
      "1' && good=$((good+1)); done; cut -d' ' -f14,15 /proc/$p/stat; echo good $good; kill $p";
  std::ofstream(folder + "/blackbox.sh") << script;
  const Ran ran = run("sh " + folder + "/blackbox.sh");
  double user = 0;
  double system = 0;
  int good = 0;
  if (std::sscanf(ran.out.c_str(), "%lf %lf\ngood %d", &user, &system, &good) != 3) return;
  const double cpu = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  report.add(figure(
      "peers",
      "blackbox_exporter, a session; agrees " + std::to_string(good) + " of " + std::to_string(few),
      cpu / few * 1000, "ms"));
}

}  // namespace

void peers_section(const Options& options, Report& report) {
  const LittleInternet net = make_internet({.domains = options.scaled(300, 30)});
  const LabProcess lab(net.world);
  const auto when = [&](const char* program, auto measure) {
    if (installed(program))
      measure(net, lab, report);
    else
      report.note(std::string("peers: ") + program + " is not installed");
  };
  when("openssl", openssl_client);
  when("sslscan", sslscan);
  when("dnsperf", dnsperf);
  when("prometheus-blackbox-exporter", blackbox);
}

}  // namespace mailfleet::bench

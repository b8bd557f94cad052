#include "bench/lab_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "monitor/monitor.h"
#include "world/lab.h"

namespace mailfleet::bench {
namespace {

constexpr int plenty_per_address = 1'000'000;  // the lab has no owner to spare
constexpr rlim_t wanted_descriptors = 100'000;

std::string scratch_folder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "mailfleet-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + ": cannot be made");
  return pattern;
}

using Ports = std::array<uint16_t, 3>;

[[noreturn]] void serve(World world, const std::string& folder, int ready) {
  try {
    boost::asio::io_context network(1);
    LabSettings settings{.folder = folder};
    const Lab lab(network, std::move(world), settings, wall_clock());
    const Ports ports{lab.settings().dns_port, lab.settings().smtp_port, lab.settings().https_port};
    if (write(ready, ports.data(), sizeof ports) != sizeof ports) _exit(1);
    network.run();
  } catch (const std::exception& trouble) {
    std::cerr << "mailfleet-bench: lab: " << trouble.what() << std::endl;
  }
  _exit(1);
}

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{wanted_descriptors, wanted_descriptors};
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return;  // root may go beyond the hard limit
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

LabProcess::LabProcess(World world) : folder_(scratch_folder()) {
  std::array<int, 2> ready{};
  if (pipe(ready.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) throw std::runtime_error("no process for the lab");
  if (child_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    close(ready[0]);
    serve(std::move(world), folder_, ready[1]);
  }
  close(ready[1]);
  Ports ports{};
  const ssize_t got = read(ready[0], ports.data(), sizeof ports);
  close(ready[0]);
  if (got != sizeof ports) throw std::runtime_error("the lab did not start");
  dns_ = ports[0];
  smtp_ = ports[1];
  https_ = ports[2];
}

LabProcess::~LabProcess() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

ProbeSettings LabProcess::probe_settings() const {
  ProbeSettings out;
  out.resolver.forward = {"127.0.0.1:" + std::to_string(dns_)};
  out.resolver.trust_anchor_file = trust_anchor_file();
  out.reach = {.smtp_port = smtp_, .https_port = https_, .allow = {*Network::parse("127.0.0.0/8")}};
  out.ehlo_name = "bench.example";
  out.ca_file = ca_file();
  out.per_address_per_minute = plenty_per_address;
  return out;
}

Config LabProcess::config() const {
  Config out;
  out.monitor.data_dir = folder_ + "/data";
  out.monitor.control_names.clear();
  out.resolver.forward = {*AddressPort::parse("127.0.0.1:" + std::to_string(dns_))};
  out.resolver.trust_anchor_file = trust_anchor_file();
  out.probe.ehlo_name = "bench.example";
  out.probe.smtp_port = smtp_;
  out.probe.https_port = https_;
  out.probe.ca_file = ca_file();
  out.probe.allow_addresses = {*Network::parse("127.0.0.0/8")};
  out.probe.per_address_per_minute = plenty_per_address;
  return out;
}

}  // namespace mailfleet::bench

// The series every Prometheus client tells of its process, read from /proc/self (proc(5)).
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include "exporter/metrics/exposition.h"
#include "exporter/metrics/self_metrics.h"

namespace mailfleet {
namespace {

struct Process {
  double cpu_seconds = 0;
  double start_seconds = 0;  // since the machine's start
  long threads = 0;
  long virtual_bytes = 0;
  long resident_bytes = 0;
};

std::optional<Process> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // The second field is the program's name in parentheses, and may hold blanks and parentheses.
  const size_t end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream in(text.substr(end + 1));
  std::string state;
  in >> state;
  std::array<long, 22> fields{};  // from ppid, the fourth
  for (size_t i = 1; i < fields.size(); ++i) in >> fields[i];
  if (!in) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto field = [&](size_t number) { return fields[number - 3]; };
  return Process{.cpu_seconds = static_cast<double>(field(14) + field(15)) / ticks,
                 .start_seconds = static_cast<double>(field(22)) / ticks,
                 .threads = field(20),
                 .virtual_bytes = field(23),
                 .resident_bytes = field(24) * ::sysconf(_SC_PAGESIZE)};
}

std::optional<double> machine_start() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word)
    if (word == "btime" && file >> seconds) return seconds;
  return std::nullopt;
}

std::optional<long> open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  return static_cast<long>(std::distance(begin(files), end(files)));
}

void gauge(Exposition& out, std::string_view name, std::string_view help, auto value) {
  out.family(name, "gauge", help);
  out.value({}, value);
}

}  // namespace

std::string process_metrics() {
  Exposition out;
  if (const auto process = read_stat()) {
    out.family("process_cpu_seconds_total", "counter", "Processor time used, user and system.");
    out.value({}, process->cpu_seconds);
    gauge(out, "process_virtual_memory_bytes", "Virtual memory size.", process->virtual_bytes);
    gauge(out, "process_resident_memory_bytes", "Resident memory size.", process->resident_bytes);
    gauge(out, "process_threads", "Threads.", process->threads);
    if (const auto start = machine_start())
      gauge(out, "process_start_time_seconds", "When the process started.",
            *start + process->start_seconds);
  }
  if (const auto files = open_files())
    gauge(out, "process_open_fds", "Open files and sockets.", *files);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    gauge(out, "process_max_fds", "How many files and sockets may be open.", limit.rlim_cur);
  return out.take();
}

}  // namespace mailfleet

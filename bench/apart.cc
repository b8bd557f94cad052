#include "bench/apart.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace mailfleet::bench {
namespace {

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(fd, text.data(), text.size());
    if (size <= 0) return;  // the parent is gone
    text.remove_prefix(static_cast<size_t>(size));
  }
}

std::string read_to_end(int fd) {
  std::string out;
  std::array<char, 4096> chunk{};
  for (ssize_t size = 0; (size = read(fd, chunk.data(), chunk.size())) > 0;)
    out.append(chunk.data(), static_cast<size_t>(size));
  return out;
}

}  // namespace

void run_section(const Section& section, const Options& options, Report& report) {
  try {
    section.run(options, report);
  } catch (const std::exception& trouble) {
    report.expect(false, std::string(section.name) + ": " + trouble.what());
  }
}

void run_apart(const Section& section, const Options& options, Report& report) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(pipe_ends[0]);
    Report own;
    run_section(section, options, own);
    write_all(pipe_ends[1], own.json());
    _exit(EXIT_SUCCESS);
  }
  close(pipe_ends[1]);
  const std::string found = read_to_end(pipe_ends[0]);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || !report.take(found))
    report.expect(false, std::string(section.name) + ": the process ended before it was done");
}

}  // namespace mailfleet::bench

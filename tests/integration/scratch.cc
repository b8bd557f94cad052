#include "tests/integration/scratch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in endpoint(uint16_t port, const char* address = "127.0.0.1") {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, address, &at.sin_addr);
  at.sin_port = htons(port);
  return at;
}

bool takes_connections(uint16_t port, const std::string& address) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in at = endpoint(port, address.c_str());
  const bool taken = connect(client, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  close(client);
  return taken;
}

pid_t spawn(const std::vector<std::string>& command, const std::string& folder, int output,
            int input = -1) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  if (chdir(folder.c_str()) == 0) {
    if (input >= 0) dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(arguments[0], arguments.data());
  }
  _exit(127);
}

}  // namespace

uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = endpoint(0);
  socklen_t size = sizeof at;
  bind(probe, reinterpret_cast<sockaddr*>(&at), size);
  getsockname(probe, reinterpret_cast<sockaddr*>(&at), &size);
  close(probe);
  return ntohs(at.sin_port);
}

bool eventually(const std::function<bool()>& is_so, std::chrono::seconds patience) {
  const auto end = Clock::now() + patience;
  while (!is_so()) {
    if (Clock::now() > end) return false;
    poll(nullptr, 0, 50);
  }
  return true;
}

std::string program(const std::string& name, const std::string& package) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  throw std::runtime_error("no " + name + " on this machine: install the package " + package);
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mailfleet-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a scratch folder");
  folder_ = pattern;
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
}

Scratch::~Scratch() {
  for (const pid_t child : running_) kill(child, SIGTERM);
  for (const pid_t child : running_) waitpid(child, nullptr, 0);
  for (const int input : inputs_) close(input);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Scratch::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name), std::ios::binary) << text;
}

std::string Scratch::read(const std::string& name) const { return file(path(name)); }

std::string Scratch::file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string Scratch::run(const std::vector<std::string>& command) const {
  int pipe_ends[2] = {-1, -1};
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t child = spawn(command, folder_, pipe_ends[1]);
  close(pipe_ends[1]);
  std::string output;
  char bytes[4096];
  for (ssize_t count = 0; (count = ::read(pipe_ends[0], bytes, sizeof bytes)) > 0;)
    output.append(bytes, static_cast<size_t>(count));
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error(command.front() + " failed: " + output);
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

void Scratch::serve(const std::vector<std::string>& command, uint16_t port) {
  start(command, "server.log");
  wait_for(port);
}

int Scratch::serve_with_input(const std::vector<std::string>& command, uint16_t port) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int log = open(path("server.log").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  running_.push_back(spawn(command, folder_, log, ends[0]));
  inputs_.push_back(ends[1]);
  close(ends[0]);
  close(log);
  wait_for(port);
  return ends[1];
}

pid_t Scratch::start(const std::vector<std::string>& command, const std::string& log) {
  const int output = open(path(log).c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  running_.push_back(spawn(command, folder_, output));
  close(output);
  return running_.back();
}

void Scratch::end(pid_t program, int signal) {
  const auto found = std::ranges::find(running_, program);
  if (found == running_.end()) throw std::runtime_error("nothing that was started here");
  running_.erase(found);
  kill(program, signal);
  waitpid(program, nullptr, 0);
}

void Scratch::wait_for(uint16_t port, const std::string& address) const {
  const auto end = Clock::now() + std::chrono::seconds(60);
  while (!takes_connections(port, address)) {
    if (Clock::now() > end)
      throw std::runtime_error("a server did not start: " + read("server.log"));
    poll(nullptr, 0, 50);
  }
}

}  // namespace mailfleet

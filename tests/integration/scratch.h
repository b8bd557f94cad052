// Real servers for tests: started from a scratch folder on loopback ports, as this user, stopped by
// their own process id. A server that is not installed is a failed test that says which package.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mailfleet {

class Scratch {
 public:
  Scratch();
  ~Scratch();  // ends what was started and removes the folder
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  static std::string file(const std::string& path);  // the text of any file

  // Runs to its end inside the folder; its standard output without the final line break.
  std::string run(const std::vector<std::string>& command) const;
  // Starts a server and waits until it takes connections on the port.
  void serve(const std::vector<std::string>& command, uint16_t port);
  // The same with a pipe as its standard input; the end to write to, which lives as long as this.
  int serve_with_input(const std::vector<std::string>& command, uint16_t port);
  void wait_for(uint16_t port, const std::string& address = "127.0.0.1") const;
  // Starts a program whose output goes to the end of that file.
  pid_t start(const std::vector<std::string>& command, const std::string& log);
  // Sends the signal to a program that was started here, and waits for its end.
  void end(pid_t program, int signal);

 private:
  std::string folder_;
  std::vector<pid_t> running_{};
  std::vector<int> inputs_{};
};

// Asks again and again until it is so; false when it was not so within the time.
bool eventually(const std::function<bool()>& is_so,
                std::chrono::seconds patience = std::chrono::seconds(30));
// A port that was free a moment ago.
uint16_t free_port();
// Throws with the package's name unless one of the paths can be run; returns that path.
std::string program(const std::string& name, const std::string& package);

}  // namespace mailfleet

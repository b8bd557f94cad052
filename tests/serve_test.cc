// The program itself: started, asked, killed and started again. Its resolver is a closed port on
// loopback, so that every look ends at once and knows nothing.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "monitor/store/value_json.h"
#include "tests/roots.h"
#include "tests/scratch_folder.h"

namespace fs = std::filesystem;
using namespace mailfleet;
using Clock = std::chrono::steady_clock;

extern char** environ;

namespace {

struct Scratch : ScratchFolder {
  const fs::path& folder = path();
  Scratch() {
    std::ofstream(folder / "fleet.csv") << "domain\na.example\nb.example\n";
    write_config("10m");
  }
  void write_config(const std::string& interval) const {
    std::ofstream(folder / "config.toml")
        << "[monitor]\ndata_dir = \"data\"\ninterval = \"" << interval
        << "\"\ncontrol_names = []\nscan_deadline = \"5s\"\n"
           "[resolver]\nforward = [\"127.0.0.1:1\"]\n"
           "timeout = \"1s\"\n"
           "[http]\nlisten = [\"127.0.0.1:0\"]\nadmin_listen = []\n"
           "[[fleet]]\nfile = \"fleet.csv\"\n";
  }
  std::string config() const { return (folder / "config.toml").string(); }
};

// A running mailfleet; its standard error is read here, its standard output is in a file.
class Program {
 public:
  Program(const Scratch& scratch, std::vector<std::string> arguments)
      : out_(scratch.folder / "out") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    arguments.insert(arguments.begin(), binary_root() + "/mailfleet");
    arguments.insert(arguments.end(), {"--config", scratch.config()});
    std::vector<char*> argv;
    for (std::string& each : arguments) argv.push_back(each.data());
    argv.push_back(nullptr);
    REQUIRE(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    errors_ = ends[0];
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(errors_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Reads until a line holds `text`; the line, or empty at the end of the output.
  std::string wait_for(const std::string& text,
                       std::chrono::seconds patience = std::chrono::seconds(60)) {
    const auto end = Clock::now() + patience;
    while (true) {
      const size_t found = log_.find(text, from_);
      if (found != std::string::npos && log_.find('\n', found) != std::string::npos) {
        from_ = log_.find('\n', found);
        const size_t begin = log_.rfind('\n', found);
        return log_.substr(begin + 1, from_ - begin - 1);
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
      pollfd waiting{errors_, POLLIN, 0};
      char part[4096];
      if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return {};
      const ssize_t got = read(errors_, part, sizeof part);
      if (got <= 0) return {};
      log_.append(part, static_cast<size_t>(got));
    }
  }
  void signal(int number) const { kill(pid_, number); }
  int status() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string output() const {
    std::ifstream in(out_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const std::string& log() const { return log_; }

 private:
  fs::path out_;
  pid_t pid_ = 0;
  int errors_ = -1;
  std::string log_{};
  size_t from_ = 0;
};

}  // namespace

TEST_CASE("serve: listens, keeps the data directory to itself, reloads, ends on SIGTERM") {
  const Scratch scratch;
  Program serve(scratch, {"serve"});
  const std::string listening = serve.wait_for("listening url=http://127.0.0.1:");
  INFO(serve.log());
  REQUIRE_FALSE(listening.empty());
  CHECK_FALSE(listening.ends_with(":0"));

  Program scan(scratch, {"scan"});
  CHECK_FALSE(scan.wait_for("in use by another mailfleet").empty());
  CHECK(scan.status() == 2);

  std::ofstream(scratch.folder / "fleet.csv", std::ios::app) << "c.example\n";
  serve.signal(SIGHUP);
  CHECK(serve.wait_for("reloaded").find("domains=3") != std::string::npos);
  scratch.write_config("nonsense");
  serve.signal(SIGHUP);
  CHECK(serve.wait_for("reload refused").find("config.toml:3") != std::string::npos);

  const auto begin = Clock::now();
  serve.signal(SIGTERM);
  CHECK(serve.status() == 0);
  CHECK(Clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("scan: without a resolver everything is unknown, nothing is bad; replay says the same") {
  const Scratch scratch;
  Program scan(scratch, {"scan", "--json"});
  CHECK_FALSE(scan.wait_for("looked at 2 of 2 domains").empty());
  INFO(scan.log());
  CHECK(scan.status() == 3);
  const std::string output = scan.output();
  std::vector<Value> lines;
  for (size_t from = 0; from < output.size(); from = output.find('\n', from) + 1) {
    auto line = parse_value(output.substr(from, output.find('\n', from) - from));
    REQUIRE(line);
    lines.push_back(std::move(*line));
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["checks"]["dmarc"]["level"].is_null());
  const Value& summary = lines[2]["summary"];
  CHECK(summary["domains"].as_int() == 2);
  CHECK(summary["unknown"].as_int() == 2);
  CHECK(summary["failing"].as_int() == 0);
  CHECK(summary["changes"].as_int() == 0);
  for (const char* key : {"healthy", "alerts", "seconds", "cpu_seconds", "max_rss_kb", "questions"})
    CHECK_FALSE(summary[key].is_null());

  Program replay(scratch, {"replay", "a.example", "--json"});
  replay.wait_for("\n");
  CHECK(replay.status() == 3);
  CHECK(parse_value(replay.output())->operator[]("domain").as_string() == "a.example");
  Program unknown(scratch, {"replay", "z.example"});
  CHECK_FALSE(unknown.wait_for("nothing is stored").empty());
  CHECK(unknown.status() == 3);
}

TEST_CASE("serve: kill -9, and it starts again where it was") {
  const Scratch scratch;
  {
    Program serve(scratch, {"serve"});
    REQUIRE_FALSE(serve.wait_for("listening").empty());
    REQUIRE_FALSE(serve.wait_for("sweep ended").empty());
    serve.signal(SIGKILL);
    CHECK(serve.status() == 128 + SIGKILL);
  }
  Program replay(scratch, {"replay", "b.example", "--json"});
  replay.wait_for("\n");
  replay.status();
  CHECK(parse_value(replay.output()));
  Program again(scratch, {"serve"});
  CHECK_FALSE(again.wait_for("listening").empty());
  again.signal(SIGTERM);
  CHECK(again.status() == 0);
}

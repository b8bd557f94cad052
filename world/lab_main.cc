// mailfleet-lab WORLD: serves a world file on loopback until it is told to end. Prints the lines of
// configuration that point a monitor at it once everything listens.
#include <sys/resource.h>

#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "world/lab.h"
#include "world/read_world.h"

using namespace mailfleet;

namespace {

constexpr int usage_error = 2;
constexpr std::string_view usage =
    "usage: mailfleet-lab WORLD [--dns PORT] [--smtp PORT] [--https PORT] [--folder DIR]\n"
    "\n"
    "Serves a world file on loopback: DNS, mail servers and policy hosts. Port 0, the default,\n"
    "picks a free one. DIR takes the trust anchor and the CA certificate; by default a new folder\n"
    "that goes away at the end. Prints configuration that points a monitor at it.\n";

struct Request {
  std::string world{};
  LabSettings settings{};
};

std::optional<uint16_t> parse_port(const std::string& text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return port;
}

// Empty when the words make no sense.
std::optional<Request> parse(const std::vector<std::string>& words) {
  Request out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      if (!out.world.empty()) return {};
      out.world = words[i];
      continue;
    }
    if (i + 1 == words.size()) return {};
    const std::string& value = words[i + 1];
    const auto port = parse_port(value);
    if (words[i] == "--folder")
      out.settings.folder = value;
    else if (!port)
      return {};
    else if (words[i] == "--dns")
      out.settings.dns_port = *port;
    else if (words[i] == "--smtp")
      out.settings.smtp_port = *port;
    else if (words[i] == "--https")
      out.settings.https_port = *port;
    else
      return {};
    ++i;
  }
  return out.world.empty() ? std::nullopt : std::optional(out);
}

// A folder of our own under the system's place for such, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "mailfleet-lab-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + ": cannot be made");
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A listening socket an address and many clients need more than the usual 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(Request request) {
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  World world = load_world(request.world);
  std::optional<ScratchFolder> scratch;
  if (request.settings.folder.empty()) request.settings.folder = scratch.emplace().path();
  boost::asio::io_context network(1);
  boost::asio::signal_set signals(network, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { network.stop(); });
  const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
  const Lab lab(network, std::move(world), request.settings, now);
  std::cout << lab.config_fragment() << std::flush;
  network.run();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--help"}) {
    std::cout << usage;
    return EXIT_SUCCESS;
  }
  const auto request = parse(words);
  if (!request) {
    std::cerr << usage;
    return usage_error;
  }
  try {
    return serve(*request);
  } catch (const std::exception& trouble) {
    std::cerr << "mailfleet-lab: " << trouble.what() << '\n';
    return usage_error;
  }
}

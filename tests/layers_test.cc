// The layer table in ARCHITECTURE.md, enforced: who may include whom. A file under no layer, or an
// include that its layer does not list, fails.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/roots.h"

namespace fs = std::filesystem;

using mailfleet::source_root;

namespace {

struct Layer {
  std::string folder;                    // the longest match decides
  std::vector<std::string> may_include;  // prefixes; "<std>": no slash; "@own": its own folder
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> table = {
      {"checks/base", {"checks/base/", "<std>"}},
      {"checks/registry", {"checks/", "<std>"}},
      {"checks", {"checks/base/", "@own", "<std>", "openssl/"}},
      {"monitor/watch", {"monitor/watch/", "monitor/fleet/", "checks/base/", "<std>"}},
      {"monitor/fleet", {"monitor/fleet/", "checks/base/", "<std>"}},
      {"monitor/probe",
       {"monitor/probe/", "monitor/prober.h", "checks/base/", "<std>", "event2/", "boost/asio/",
        "boost/beast/http", "boost/beast/core", "boost/system/", "openssl/", "ldns/", "sys/",
        "arpa/", "netinet/"}},
      {"monitor/store",
       {"monitor/store/", "monitor/watch/", "monitor/fleet/", "checks/base/", "exporter/details.h",
        "exporter/snapshot.h", "<std>", "SQLiteCpp/", "boost/json", "boost/system/", "openssl/",
        "sys/"}},
      {"exporter",
       {"exporter/", "checks/base/", "checks/registry.h", "monitor/watch/", "monitor/fleet/",
        "<std>", "boost/asio/", "boost/beast/http", "boost/beast/core", "boost/json",
        "boost/system/", "openssl/", "prometheus/", "kainjow/", "toml++/", "sys/"}},
      {"world",
       {"world/", "monitor/probe/", "monitor/prober.h", "checks/base/", "<std>", "boost/asio/",
        "boost/system/", "openssl/", "toml++/", "sys/", "netinet/", "arpa/", "ldns/"}},
      {"reports", {"reports/", "checks/base/", "<std>", "boost/json"}},
      {"monitor", {"monitor/", "exporter/", "world/", "reports/", "checks/", "<std>", "*"}},
  };
  return table;
}

bool allowed(const std::string& header, const std::string& path, const Layer& layer) {
  return std::ranges::any_of(layer.may_include, [&](std::string prefix) {
    if (prefix == "*") return true;
    if (prefix == "<std>") return header.find('/') == std::string::npos;
    if (prefix == "@own") prefix = path.substr(0, path.rfind('/') + 1);
    return header.starts_with(prefix);
  });
}

const Layer* layer_of(const std::string& path) {
  const auto found = std::ranges::find_if(layers(), [&](const Layer& layer) {
    return path.starts_with(layer.folder + "/") || path.starts_with(layer.folder + ".");
  });
  return found == layers().end() ? nullptr : &*found;
}

// The headers a file includes, as written between the quotes or angles.
std::vector<std::string> includes_of(const fs::path& file) {
  std::vector<std::string> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("#include ")) {
      const size_t end = line.find_last_of(">\"");
      if (end != std::string::npos && end > 10) out.push_back(line.substr(10, end - 10));
    }
  return out;
}

std::vector<std::string> offences(const fs::path& root) {
  std::vector<std::string> out;
  for (const char* top : {"checks", "reports", "monitor", "exporter", "world"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string path = fs::relative(entry.path(), root).generic_string();
      const std::string ending = entry.path().extension().string();
      if ((ending != ".h" && ending != ".cc") || path.ends_with("_test.cc")) continue;
      const Layer* layer = layer_of(path);
      if (!layer) {
        out.push_back(path + " belongs to no layer");
        continue;
      }
      for (const std::string& header : includes_of(entry.path()))
        if (!allowed(header, path, *layer)) out.push_back(path + " includes " + header);
    }
  }
  return out;
}

// A little tree with one file, thrown away at the end.
class Planted {
 public:
  Planted(const std::string& path, const std::string& text)
      : root_(fs::temp_directory_path() / ("mailfleet-layers-" + std::to_string(::getpid()))) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  ~Planted() { fs::remove_all(root_); }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("layers: nobody includes above themselves") {
  for (const std::string& offence : offences(source_root())) FAIL_CHECK(offence);
}

TEST_CASE("layers: a planted violation is found") {
  const auto found = [](const char* path, const char* text) {
    const Planted planted(path, text);
    return offences(planted.root()).size();
  };
  CHECK(found("checks/spf/spf.cc", "#include \"checks/dmarc/dmarc.h\"\n") == 1);
  CHECK(found("checks/spf/spf.cc", "#include <boost/asio/ip/tcp.hpp>\n") == 1);
  CHECK(found("checks/base/name.cc", "#include <openssl/x509.h>\n") == 1);
  CHECK(found("monitor/watch/trust.cc", "#include \"checks/spf/spf.h\"\n") == 1);
  CHECK(found("monitor/watch/trust.cc", "#include \"monitor/store/store.h\"\n") == 1);
  CHECK(found("exporter/api.cc", "#include \"monitor/probe/prober.h\"\n") == 1);
  CHECK(found("reports/message.cc", "#include \"monitor/store/reports.h\"\n") == 1);
  CHECK(found("checks/spf/spf.cc", "#include \"checks/spf/record.h\"\n#include <string>\n") == 0);
}

#include "tests/integration/name_servers.h"

#include <stdexcept>

namespace mailfleet {
namespace {

std::string whole_text(const TestZone& zone) {
  return "$ORIGIN " + zone.name + ".\n$TTL 300\n@ IN SOA ns h 1 3600 600 86400 60\n@ IN NS ns\n" +
         "ns IN A 127.0.0.1\n" + zone.records;
}

}  // namespace

NameServers::NameServers(std::vector<TestZone> zones) : zones_(std::move(zones)) {
  for (const TestZone& zone : zones_) {
    scratch_.write(zone.name, whole_text(zone));
    if (zone.is_signed) sign(zone);
  }
  scratch_.write("anchors", anchors_);
  start_nsd();
  start_unbound();
}

std::string NameServers::file_of(const TestZone& zone) const {
  return zone.is_signed ? zone.name + ".signed" : zone.name;
}

void NameServers::sign(const TestZone& zone) {
  const std::string key =
      scratch_.run({program("ldns-keygen", "ldnsutils"), "-a", "ECDSAP256SHA256", "-k", zone.name});
  std::vector<std::string> command{program("ldns-signzone", "ldnsutils"), "-o", zone.name};
  if (!zone.signatures_end.empty()) command.insert(command.end(), {"-e", zone.signatures_end});
  command.insert(command.end(), {zone.name, key});
  scratch_.run(command);
  anchors_ += scratch_.read(key + ".ds");
  if (zone.spoil.empty()) return;
  std::string text = scratch_.read(file_of(zone));
  const size_t at = text.find(zone.spoil);
  if (at == std::string::npos) throw std::runtime_error(zone.name + ": nothing to spoil");
  scratch_.write(file_of(zone), text.replace(at, zone.spoil.size(), zone.spoilt));
}

void NameServers::start_nsd() {
  const std::string folder = scratch_.path("");
  std::string text = "server:\n  ip-address: 127.0.0.1@" + std::to_string(nsd_port_) +
                     "\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"" +
                     folder + "\"\n  pidfile: \"" + folder + "nsd.pid\"\n  xfrdir: \"" + folder +
                     "\"\n  xfrdfile: \"" + folder + "xfrd\"\n  zonelistfile: \"" + folder +
                     "zones\"\n  server-count: 1\nremote-control:\n  control-enable: no\n";
  for (const TestZone& zone : zones_)
    text += "zone:\n  name: " + zone.name + "\n  zonefile: " + file_of(zone) + "\n";
  scratch_.write("nsd.conf", text);
  scratch_.serve({program("nsd", "nsd"), "-d", "-c", scratch_.path("nsd.conf")}, nsd_port_);
}

void NameServers::start_unbound() {
  const std::string port = std::to_string(unbound_port_);
  std::string text = "server:\n  interface: 127.0.0.1@" + port + "\n  port: " + port +
                     "\n  username: \"\"\n  chroot: \"\"\n  directory: \"" + scratch_.path("") +
                     "\"\n  pidfile: \"\"\n  use-syslog: no\n  do-not-query-localhost: no\n" +
                     "  module-config: \"iterator\"\n  local-zone: \"test.\" nodefault\n" +
                     "  local-zone: \"127.in-addr.arpa.\" nodefault\n" +
                     "  do-daemonize: no\nremote-control:\n  control-enable: no\n";
  for (const TestZone& zone : zones_)
    text += "stub-zone:\n  name: " + zone.name + "\n  stub-addr: 127.0.0.1@" +
            std::to_string(nsd_port_) + "\n";
  scratch_.write("unbound.conf", text);
  scratch_.serve({program("unbound", "unbound"), "-d", "-c", scratch_.path("unbound.conf")},
                 unbound_port_);
}

}  // namespace mailfleet

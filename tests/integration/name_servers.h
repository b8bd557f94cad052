// nsd with the zones of a test, signed by ldns-signzone where the test says so, behind unbound as
// the site's resolver: what the prober forwards to.
#pragma once

#include "tests/integration/scratch.h"

namespace mailfleet {

struct TestZone {
  std::string name{};
  std::string records{};  // zone-file lines below $ORIGIN, without SOA and NS
  bool is_signed = false;
  std::string signatures_end{};  // "20261125120000"; empty: in four weeks
  std::string spoil{};           // this text is changed after signing, so that a signature is wrong
  std::string spoilt{};          // what it becomes; of the same length
};

class NameServers {
 public:
  explicit NameServers(std::vector<TestZone> zones);

  std::string forwarder() const { return "127.0.0.1:" + std::to_string(unbound_port_); }
  std::string anchors() const { return scratch_.path("anchors"); }  // of the signed zones

 private:
  std::string file_of(const TestZone& zone) const;
  void sign(const TestZone& zone);
  void start_nsd();
  void start_unbound();

  std::vector<TestZone> zones_;
  Scratch scratch_{};
  uint16_t nsd_port_ = free_port();
  uint16_t unbound_port_ = free_port();
  std::string anchors_{};
};

}  // namespace mailfleet

// The lab in a process of its own, so that what it costs is not counted as ours. Ends with the
// object, or with us.
#pragma once

#include <sys/types.h>

#include <string>

#include "monitor/config.h"
#include "monitor/probe/settings.h"
#include "world/world.h"

namespace mailfleet::bench {

class LabProcess {
 public:
  // Waits until it serves. Throws std::runtime_error when it cannot. To be called while this
  // process has no other thread: it forks.
  explicit LabProcess(World world);
  ~LabProcess();
  LabProcess(const LabProcess&) = delete;
  LabProcess& operator=(const LabProcess&) = delete;

  uint16_t dns_port() const { return dns_; }
  uint16_t smtp_port() const { return smtp_; }
  uint16_t https_port() const { return https_; }
  std::string trust_anchor_file() const { return folder_ + "/root.key"; }
  std::string ca_file() const { return folder_ + "/ca.pem"; }
  const std::string& folder() const { return folder_; }

  ProbeSettings probe_settings() const;
  Config config() const;  // the same for a whole monitor, with its data in the folder

 private:
  std::string folder_{};
  pid_t child_ = -1;
  uint16_t dns_ = 0;
  uint16_t smtp_ = 0;
  uint16_t https_ = 0;
};

// As many sockets as the machine lets us have.
void raise_descriptor_limit();

}  // namespace mailfleet::bench

// The least that asking DNS costs: one UDP socket with ldns reading each answer, and libunbound
// alone, validating, with nothing of ours around it.
#pragma once

#include <string>
#include <vector>

#include "checks/base/evidence.h"

namespace mailfleet::bench {

// CPU seconds for all, `in_flight` at a time. Throw std::runtime_error when an answer is missing.
double stub_dns(uint16_t port, const std::vector<DnsQuestion>& questions, size_t in_flight);
// First all once (cold), then all again (warm).
struct UnboundCost {
  double cold = 0;
  double warm = 0;
};
UnboundCost unbound_dns(uint16_t port, const std::string& trust_anchor_file,
                        const std::vector<DnsQuestion>& questions, size_t in_flight);

}  // namespace mailfleet::bench

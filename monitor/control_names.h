// Doubt ourselves first: do our own means still reach what is always there? Three tests of the
// configured control names, which are well-run domains of others:
//   resolver  their MX records can be asked for; each minute.
//   port-25   one of their mail hosts can be connected to; each ten minutes, each minute in doubt.
//   ipv6      the same over IPv6. Only what once worked can fail: a machine may have no IPv6.
// It is us when a test fails for all names, twice in a row. What we could not try says nothing.
// Network thread; asks only, decides by counting.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "checks/base/name.h"
#include "monitor/prober.h"

namespace mailfleet {

constexpr Seconds self_test_period{60};
constexpr Seconds reach_test_period{600};  // of port 25 and IPv6: other people's servers
constexpr int self_test_failures = 2;      // rounds in a row before it is believed
constexpr std::chrono::seconds self_test_deadline{30};
constexpr std::chrono::seconds reach_test_deadline{90};  // of one session, queueing included

enum class OwnMeans : uint8_t { resolver, port_25, ipv6 };
constexpr std::array all_own_means{OwnMeans::resolver, OwnMeans::port_25, OwnMeans::ipv6};
std::string_view to_text(OwnMeans means);  // "resolver", "port-25", "ipv6"

// not_here: this machine does not have it, or no control name can be used to test it.
enum class SelfTestVerdict : uint8_t { good, bad, not_here };

class SelfTest {
 public:
  // After each round that settles something.
  using Told = std::function<void(OwnMeans, SelfTestVerdict)>;
  // Whether this machine knows a way to the address at all.
  using HasRoute = std::function<bool(const Address&)>;

  SelfTest(Prober& prober, std::vector<Name> control_names, Told told, HasRoute has_route);

  void tick(Time now);  // each second or so

 private:
  struct Reached {
    bool asked = false;  // somebody was there to be asked
    bool tried = false;  // and an attempt said something
    bool made = false;
  };
  struct Round {
    size_t waiting = 0;
    bool any_known = false;  // an answer of the resolver
    Reached v4{};
    Reached v6{};
  };
  using RoundPtr = std::shared_ptr<Round>;
  struct Score {
    int failures = 0;  // in a row
    bool was_good = false;
  };

  template <class Seen>
  void ask(const RoundPtr& round, const Question& question, AskMode mode,
           std::chrono::seconds patience, std::function<void(const Seen&)> heard);
  void hear_mx(const RoundPtr& round, const DnsObservation& seen);
  void hear_address(const RoundPtr& round, const Name& host, const DnsObservation& seen);
  void ended(const Round& round);
  void settle(OwnMeans means, const Reached& reached);
  void settle(OwnMeans means, bool good);

  Prober& prober_;
  std::vector<Name> names_;
  Told told_;
  HasRoute has_route_;
  std::optional<Time> last_{};
  std::optional<Time> last_reach_{};
  bool reaching_ = false;  // this round also tries the mail hosts
  bool running_ = false;
  size_t turn_ = 0;  // which of a name's hosts is next
  std::array<Score, all_own_means.size()> scores_{};
  std::shared_ptr<SelfTest*> self_ = std::make_shared<SelfTest*>(this);  // late answers find nobody
};

}  // namespace mailfleet

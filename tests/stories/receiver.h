// An Alertmanager in memory: takes the posts as they would go over the wire, remembers each alert
// by its labels and start, and complains about what a real one, or a person, would.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/base/time.h"

namespace mailfleet::stories {

struct ToldAlert {
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};  // of the latest post
  std::string starts_at{};
  Time ends_at{};                  // of the latest post
  std::optional<Seconds> told{};   // first posted as firing, since the story's start
  std::optional<Seconds> ended{};  // first posted as over
  size_t posts = 0;

  std::string label(const std::string& name) const;
};

class Receiver {
 public:
  bool down = false;

  // A POST's body. `now` is the monitor's clock, `elapsed` the story's.
  void take(const std::string& body, Time now, Seconds elapsed);
  // What was told must be told again before it runs out; called as the clock goes.
  void look(Time now, Seconds elapsed);
  // Runs out nobody's fault: the receiver was down, or the clock jumped.
  void forgive() { forgiven_ = true; }

  const std::vector<ToldAlert>& alerts() const { return alerts_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  ToldAlert& known(const std::map<std::string, std::string>& labels, const std::string& starts_at);
  void complain(const ToldAlert& alert, const std::string& what, Seconds elapsed);

  std::vector<ToldAlert> alerts_{};
  std::vector<std::string> complaints_{};
  bool forgiven_ = false;
};

// "6h15m", "3d".
std::string in_words(Seconds elapsed);

}  // namespace mailfleet::stories

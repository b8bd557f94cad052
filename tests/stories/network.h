// The network of a story: a world in which time passes, with the troubles that lie on our side
// (nothing resolves, port 25 is closed, no network at all) and a name server that disagrees.
#pragma once

#include <map>
#include <memory>

#include "monitor/prober.h"
#include "tests/stories/story.h"
#include "world/world_prober.h"

namespace mailfleet::stories {

class StoryNetwork : public Prober {
 public:
  bool no_dns = false;
  bool no_smtp = false;
  bool no_https = false;
  bool no_ipv6 = false;

  StoryNetwork(const Story& story, Time start, const WorldClock& clock);
  void ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) override;

 private:
  bool asks_the_other(const Question& question, AskMode mode);

  std::unique_ptr<Prober> world_;
  std::unique_ptr<Prober> other_{};  // null: all name servers agree
  bool by_turns_ = false;
  std::map<Question, size_t> turns_{};
};

}  // namespace mailfleet::stories

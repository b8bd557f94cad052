#include "monitor/watch/announced.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

Judgement to(const std::vector<std::string>& hosts) {
  Value list = Value::list();
  for (const std::string& host : hosts) list.push(Value::object({{"host", host}}));
  return {.level = 1, .facts = Value::object({{"hosts", list}})};
}

DomainWatch watching(const std::vector<std::string>& hosts) {
  DomainWatch out;
  out.baseline.emplace("mx", to(hosts));
  return out;
}

}  // namespace

TEST_CASE("announced: hosts of an announced move become the normal, others do not") {
  struct Row {
    std::vector<std::string> seen;
    std::vector<std::string> announced;
    bool accepted;
  };
  const Row rows[] = {{{"new.example"}, {"new.example"}, true},
                      {{"new.example"}, {"new.example", "new2.example"}, true},
                      {{"new.example", "stranger.example"}, {"new.example"}, false},
                      {{"old.example", "new.example"}, {"new.example"}, false},
                      {{"new.example"}, {}, false},
                      {{}, {"new.example"}, false}};
  for (const Row& row : rows) {
    DomainWatch watch = watching({"old.example"});
    accept_announced(watch, to(row.seen), row.announced);
    CHECK((watch.baseline.at("mx") == to(row.seen)) == row.accepted);
  }
}

TEST_CASE("announced: what could not be seen, or never was, is no normal") {
  DomainWatch watch = watching({"old.example"});
  Judgement unseen = to({"new.example"});
  unseen.level.reset();
  accept_announced(watch, unseen, {"new.example"});
  CHECK(watch.baseline.at("mx") == to({"old.example"}));
  DomainWatch fresh;
  accept_announced(fresh, to({"new.example"}), {"new.example"});
  CHECK(fresh.baseline.empty());
}

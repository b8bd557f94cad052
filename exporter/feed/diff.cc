#include "exporter/feed/diff.h"

namespace mailfleet {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

std::string standing(const FeedEntry& entry) {
  return std::string(to_text(entry.state)) + " " + std::string(to_text(entry.tier));
}

class Differ {
 public:
  explicit Differ(FeedDiff& out) : out_(out) {}

  void only(const FeedEntry& entry, bool in_newer) {
    say(entry.domain, in_newer ? "added" : "removed", in_newer ? "" : standing(entry),
        in_newer ? standing(entry) : "");
  }

  void both(const FeedEntry& was, const FeedEntry& now) {
    compare(now.domain, "state", std::string(to_text(was.state)), std::string(to_text(now.state)));
    compare(now.domain, "tier", std::string(to_text(was.tier)), std::string(to_text(now.tier)));
    compare(now.domain, "mx_hosts", joined(was.mx_hosts), joined(now.mx_hosts));
    compare(now.domain, "match_names", joined(was.match_names), joined(now.match_names));
    compare(now.domain, "dane", was.dane ? "yes" : "no", now.dane ? "yes" : "no");
    compare(now.domain, "mta_sts", was.mta_sts ? was.mta_sts->mode : "",
            now.mta_sts ? now.mta_sts->mode : "");
  }

 private:
  void compare(const Name& domain, const char* what, const std::string& was,
               const std::string& now) {
    if (was != now) say(domain, what, was, now);
  }
  void say(const Name& domain, const char* what, std::string was, std::string now) {
    FeedDifference difference(domain);
    difference.what = what;
    difference.was = std::move(was);
    difference.now = std::move(now);
    out_.differences.push_back(std::move(difference));
  }
  FeedDiff& out_;
};

}  // namespace

FeedDiff diff_editions(const Edition& older, const Edition& newer) {
  FeedDiff out{.older_serial = older.serial, .newer_serial = newer.serial};
  Differ differ(out);
  auto was = older.entries.begin();
  auto now = newer.entries.begin();
  while (was != older.entries.end() || now != newer.entries.end()) {  // both are sorted
    if (now == newer.entries.end() || (was != older.entries.end() && was->domain < now->domain)) {
      differ.only(*was++, false);
    } else if (was == older.entries.end() || now->domain < was->domain) {
      differ.only(*now++, true);
    } else {
      differ.both(*was++, *now++);
    }
  }
  return out;
}

Value diff_value(const FeedDiff& diff) {
  Value list = Value::list();
  for (const FeedDifference& each : diff.differences)
    list.push(Value::object({{"domain", each.domain.text()},
                             {"what", each.what},
                             {"was", each.was},
                             {"now", each.now}}));
  return Value::object({{"older_serial", static_cast<int64_t>(diff.older_serial)},
                        {"newer_serial", static_cast<int64_t>(diff.newer_serial)},
                        {"differences", std::move(list)}});
}

}  // namespace mailfleet

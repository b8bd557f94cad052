// What a person sends to the admin listener, read strictly: bounded, in UTF-8, without control
// characters. The first thing that is wrong ends the reading, in one line for that person. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/value.h"
#include "monitor/store/words.h"

namespace mailfleet {

constexpr size_t max_word_octets = 300;  // of a name, a reason, an agreement: a line of a form
constexpr size_t max_window_names = 1000;

class WordReader {
 public:
  explicit WordReader(const Value& body) : body_(body) {}  // outlives the reader

  // What cannot be read is empty, or the epoch; why() says so then.
  std::string line(std::string_view key);
  Time time(std::string_view key);
  std::vector<Name> names(std::string_view key);  // each once; may be missing
  Said said(Time now);                            // "by" and "reason"

  void fail(std::string why);
  const std::string& why() const { return why_; }  // empty: all was well

 private:
  const Value& body_;
  std::string why_{};
};

}  // namespace mailfleet

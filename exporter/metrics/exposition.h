// The text that Prometheus reads (exposition format 0.0.4), written by hand: a hundred thousand
// domains are forty megabytes, and a registry of objects takes fifty times as long.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "checks/base/time.h"

namespace mailfleet {

using Label = std::pair<std::string_view, std::string_view>;

class Exposition {
 public:
  // `room`: a text that is no longer wanted; its memory is written over.
  explicit Exposition(std::string room = {}) : text_(std::move(room)) { text_.clear(); }
  // Begins a family; `type` is gauge or counter.
  void family(std::string_view name, std::string_view type, std::string_view help);
  // One series of the family begun last.
  void value(std::initializer_list<Label> labels, double value);
  void value(std::initializer_list<Label> labels, std::integral auto value) {
    line(labels, std::to_string(value));
  }
  void value(std::initializer_list<Label> labels, Time time) {
    line(labels, std::to_string(time.time_since_epoch().count()));
  }
  void reserve(size_t octets) { text_.reserve(octets); }
  std::string take() { return std::move(text_); }

 private:
  void line(std::initializer_list<Label> labels, std::string_view value);

  std::string text_;
  std::string name_{};
};

}  // namespace mailfleet

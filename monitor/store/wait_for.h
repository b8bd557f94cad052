// A question to the store whose answer is waited for: at the start, when there is nothing else to
// do yet, and by commands.
#pragma once

#include <future>

#include "monitor/store/store.h"

namespace mailfleet {

// An answer that is on its way. It must be had, or dropped, before the store ends.
template <class T>
class Answer {
 public:
  Answer(Store& store, std::function<T(Database&)> work) : store_(&store) {
    const auto promise = std::make_shared<std::promise<std::optional<T>>>();
    coming_ = promise->get_future();
    store.ask<T>(
        std::move(work), [](std::function<void()> run) { run(); },
        [promise](std::optional<T> value) { promise->set_value(std::move(value)); });
  }
  // Waits for it; once. Throws StoreError when it cannot be had.
  T get() {
    auto value = coming_.get();
    if (!value) throw StoreError("the store cannot be read: " + store_->counters().last_error);
    return std::move(*value);
  }

 private:
  Store* store_;
  std::future<std::optional<T>> coming_{};
};

// Throws StoreError when it cannot be had.
template <class T>
T wait_for(Store& store, std::function<T(Database&)> work) {
  return Answer<T>(store, std::move(work)).get();
}

}  // namespace mailfleet

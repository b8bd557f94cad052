// A question to the store whose answer is waited for: at the start, when there is nothing else to do
// yet, and by commands.
#pragma once

#include <future>

#include "monitor/store/store.h"

namespace mailfleet {

// Throws StoreError when it cannot be had.
template <class T>
T wait_for(Store& store, std::function<T(Database&)> work) {
  std::promise<std::optional<T>> answered;
  store.ask<T>(
      std::move(work), [](std::function<void()> run) { run(); },
      [&](std::optional<T> value) { answered.set_value(std::move(value)); });
  auto value = answered.get_future().get();
  if (!value) throw StoreError("the store cannot be read: " + store.counters().last_error);
  return std::move(*value);
}

}  // namespace mailfleet

// The memory of the program: one database connection on a thread of its own, behind a bounded
// queue.
//
// Work is a function that runs on the store's thread inside a transaction and may run again when
// the commit had to be repeated. Its outcome is handed to the caller's executor. Jobs that wait
// together are committed together, each by itself whole or not at all. A database that is locked or
// a disk that is full is retried, then counted and answered as a failure; it never ends the
// program. A database that is read-only for a while can still be read: only jobs that write fail.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "monitor/store/store_error.h"

namespace mailfleet {

class Database;

constexpr size_t max_store_queue = 8192;  // jobs; more than all scans in flight can write
constexpr size_t max_store_batch = 64;    // jobs in one commit
constexpr int max_store_tries = 5;        // of one commit, over some six seconds

// Upper bounds, in seconds, of the histogram of commit times.
constexpr std::array<double, 8> store_write_buckets{0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30};

struct StoreCounters {
  uint64_t commits = 0;
  uint64_t jobs = 0;
  uint64_t errors = 0;   // jobs that failed for good
  uint64_t retries = 0;  // commits that were tried again
  uint64_t refused = 0;  // jobs that found the queue full
  size_t queue = 0;
  std::array<uint64_t, store_write_buckets.size() + 1>
      write_seconds{};  // the last: slower than all
  double write_seconds_sum = 0;
  std::string last_error{};
  std::string trouble{};  // of the machine: why nothing can be written now; empty: it can
};

class Store {
 public:
  using Work = std::function<void(Database&)>;
  using Post = std::function<void(std::function<void()>)>;  // runs it on the caller's executor
  using Done = std::function<void(bool)>;                   // true: it is on the disk

  // Opens, and brings the schema up to date, before returning. Throws StoreError.
  explicit Store(const std::filesystem::path& file);
  ~Store();  // finishes what is queued
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Any thread. `done` may be empty. When the queue is full, `done(false)` is posted.
  void run(Work work, Post post, Done done);
  // The same for work with a result; the answer is empty when it could not be had.
  template <class T>
  void ask(std::function<T(Database&)> work, Post post,
           std::function<void(std::optional<T>)> answer) {
    auto result = std::make_shared<std::optional<T>>();
    run([work = std::move(work), result](Database& database) { *result = work(database); },
        std::move(post),
        [result, answer = std::move(answer)](bool done) {
          answer(done ? std::move(*result) : std::nullopt);
        });
  }

  StoreCounters counters() const;  // any thread

 private:
  struct Job {
    Work work;
    Post post;
    Done done;
    bool failed = false;
  };
  void loop();
  void commit(std::deque<Job>& batch);
  // together: a job that fails spoils the transaction. apart: it is undone by itself, which costs a
  // savepoint a job.
  enum class Manner : uint8_t { together, apart };
  enum class Outcome : uint8_t { written, spoilt, in_the_way };
  Outcome try_commit(std::deque<Job>& batch, Manner manner);
  Outcome attempt(std::deque<Job>& batch, Manner manner);
  void begin();
  bool work_off(Job& job);
  void wait_before_retry(int tries);
  bool in_trouble() const;
  void set_trouble(const std::string& why);
  void note(const std::string& error);

  std::unique_ptr<Database> database_;
  mutable std::mutex mutex_;  // of the queue and the counters
  std::condition_variable wake_;
  std::deque<Job> queue_{};
  bool closing_ = false;
  StoreCounters counters_{};
  std::thread thread_;
};

}  // namespace mailfleet

#include "monitor/store/store.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "monitor/store/database.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds first_retry_wait{100};

// Trouble of the machine, which may pass. Everything else is a job that cannot work.
bool may_pass(const SQLite::Exception& error) {
  switch (error.getErrorCode() & 0xff) {
    case 5:   // SQLITE_BUSY
    case 6:   // SQLITE_LOCKED
    case 10:  // SQLITE_IOERR
    case 13:  // SQLITE_FULL
      return true;
    default:
      return false;
  }
}

bool is_read_only(const SQLite::Exception& error) {
  return (error.getErrorCode() & 0xff) == 8;  // SQLITE_READONLY
}

}  // namespace

Store::Store(const std::filesystem::path& file)
    : database_(std::make_unique<Database>(file, Database::Access::read_write)),
      thread_([this] { loop(); }) {}

Store::~Store() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Store::run(Work work, Post post, Done done) {
  bool taken = false;
  bool was_idle = false;
  {
    const std::lock_guard lock(mutex_);
    taken = queue_.size() < max_store_queue && !closing_;
    was_idle = queue_.empty();
    if (taken)
      queue_.push_back({std::move(work), std::move(post), std::move(done)});
    else
      ++counters_.refused;
  }
  // It sleeps only on an empty queue, and would find the mutex held if it were woken above.
  if (taken && was_idle) wake_.notify_one();
  if (!taken && done) post([done = std::move(done)] { done(false); });
}

StoreCounters Store::counters() const {
  const std::lock_guard lock(mutex_);
  StoreCounters out = counters_;
  out.queue = queue_.size();
  return out;
}

void Store::loop() {
  while (true) {
    std::deque<Job> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && batch.size() < max_store_batch) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    commit(batch);
    for (Job& job : batch)
      if (job.done) job.post([done = std::move(job.done), good = !job.failed] { done(good); });
  }
}

void Store::commit(std::deque<Job>& batch) {
  const auto begin = Clock::now();
  bool good = false;
  const int max_tries = in_trouble() ? 1 : max_store_tries;  // no use in waiting for each
  for (int tries = 1; !good && tries <= max_tries; ++tries) {
    if (tries > 1) wait_before_retry(tries);
    Outcome outcome = try_commit(batch, Manner::together);
    if (outcome == Outcome::spoilt) outcome = try_commit(batch, Manner::apart);
    good = outcome == Outcome::written;
  }
  if (!good) {
    for (Job& job : batch) job.failed = true;
    set_trouble(counters().last_error);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const std::lock_guard lock(mutex_);
  counters_.commits += good ? 1 : 0;
  counters_.jobs += batch.size();
  counters_.errors += static_cast<uint64_t>(std::ranges::count(batch, true, &Job::failed));
  counters_.write_seconds_sum += seconds;
  const auto bucket = std::ranges::lower_bound(store_write_buckets, seconds);
  ++counters_.write_seconds[static_cast<size_t>(bucket - store_write_buckets.begin())];
}

// in_the_way: the machine's fault, to be tried again. Jobs may run more than once, each time on
// what was there before.
Store::Outcome Store::try_commit(std::deque<Job>& batch, Manner manner) {
  try {
    const int64_t before = database_->all_changed_rows();
    const Outcome outcome = attempt(batch, manner);
    database_->rest();
    database_->execute(outcome == Outcome::written ? "COMMIT" : "ROLLBACK");
    const bool wrote = database_->all_changed_rows() != before;
    if (outcome == Outcome::written && wrote && in_trouble()) set_trouble({});
    return outcome;
  } catch (const SQLite::Exception& error) {
    note(error.what());
    database_->rest();
    // SQLite ends a transaction by itself after some errors.
    if (database_->in_transaction()) database_->execute("ROLLBACK");
    return Outcome::in_the_way;
  }
}

// A transaction that may write; while the database is read-only, one that can read.
void Store::begin() {
  try {
    database_->execute("BEGIN IMMEDIATE");
  } catch (const SQLite::Exception& error) {
    if (!is_read_only(error)) throw;
    database_->execute("BEGIN");
  }
}

Store::Outcome Store::attempt(std::deque<Job>& batch, Manner manner) {
  begin();
  for (Job& job : batch) {
    if (manner == Manner::apart) database_->execute("SAVEPOINT job");
    job.failed = !work_off(job);
    if (job.failed && manner == Manner::together) return Outcome::spoilt;
    if (job.failed) database_->execute("ROLLBACK TO job");
    if (manner == Manner::apart) database_->execute("RELEASE job");
  }
  return Outcome::written;
}

// False when the job itself is at fault; throws what may pass.
bool Store::work_off(Job& job) {
  try {
    job.work(*database_);
    return true;
  } catch (const SQLite::Exception& error) {
    if (may_pass(error)) throw;
    note(error.what());
    if (is_read_only(error)) set_trouble(error.what());
  } catch (const std::exception& error) {
    note(error.what());
  }
  return false;
}

void Store::wait_before_retry(int tries) {
  std::unique_lock lock(mutex_);
  ++counters_.retries;
  wake_.wait_for(lock, first_retry_wait * (1 << tries), [this] { return closing_; });
}

bool Store::in_trouble() const {
  const std::lock_guard lock(mutex_);
  return !counters_.trouble.empty();
}

void Store::set_trouble(const std::string& why) {
  const std::lock_guard lock(mutex_);
  counters_.trouble = why;
}

void Store::note(const std::string& error) {
  const std::lock_guard lock(mutex_);
  counters_.last_error = error;
}

}  // namespace mailfleet

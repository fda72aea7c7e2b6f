#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "fastccg/executor.hpp"

namespace fastccg {

/// Threads that run users' code: continuations of coroutines which no `run` drives, and callbacks such as filters.
///
/// Threads come when there is work and go when there was none for a while, all but the last one of the library's pool: a
/// call that waits for its journal must end even when the system has no thread left. As many as the machine has cores
/// come at once; more come, one after the other, while work waits and none of it is begun, so that code which blocks does
/// not stop the rest. A thread that blocks in a wait of this library makes room for another and does not count.
class Pool : public Executor {
 public:
  class Limits {
   public:
    Limits() = default;
    std::size_t eager = 0;                         ///< Threads that come at once; 0: as many as there are cores.
    std::size_t most = 256;                        ///< Threads that do not block in a wait of this library.
    std::chrono::milliseconds patience{5};         ///< How long work waits before another thread comes.
    std::chrono::milliseconds keep_alive{10'000};  ///< How long a thread without work stays.
    std::size_t least = 0;                         ///< So many stay for good, once they have come.
  };

  /// The library's pool. It is never destroyed, so that it can be used until the very end of the process. The function
  /// `exit` joins its threads; work that is posted later, by the destructor of a static object, brings them back, and
  /// they are joined when that destructor has returned. `exit` calls in the reverse order of first use, so what threads of
  /// the pool wait for should come into being after the pool: then it ends before they are joined. The child of a fork has
  /// a new, empty pool.
  static std::shared_ptr<Pool> shared();

  explicit Pool(Limits limits);
  /// Does what `shut_down` does.
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Sees to it that there is a thread. Throws `UsageError` if the system has none.
  void start();

  /// Throws `UsageError`, and drops the work, if there is no thread and the system has none.
  void post(std::shared_ptr<Resumable> work) override;

  /// Runs what was posted, then joins all threads. The pool can be used again afterwards. Called on a thread of the pool
  /// itself, as happens when user code there calls `exit`, it leaves that one thread out.
  void shut_down() noexcept;

  /// How many threads there are, the one that watches the others included.
  std::size_t threads() const;

  /// Tells the pool, if the calling thread is one of a pool, that it waits and does no work.
  class BlockedScope {
   public:
    BlockedScope() noexcept;
    ~BlockedScope();
    BlockedScope(const BlockedScope&) = delete;
    BlockedScope& operator=(const BlockedScope&) = delete;

   private:
    Pool* pool_;
  };

 private:
  using Threads = std::list<std::thread>;
  using Lock = std::unique_lock<std::mutex>;
  enum class Role { worker, watcher };
  enum class At { exit, destruction };

  Pool(Limits limits, At joined_at);

  // With the lock held:
  /// Sees to it that the work in the queue will be begun.
  void provide();
  /// Starts a thread; if the system has none left, those that there are have to do.
  void spawn(Role role);
  void check_started() const;
  std::size_t active() const { return workers_ - blocked_; }
  bool work_waits() const { return queue_.size() > idle_; }
  void join_at_exit();

  void work(Lock& lock);
  void watch(Lock& lock);
  /// Unlocks for good, after which the thread no longer uses the pool.
  void retire(Lock& lock, Threads::iterator self);

  const Limits limits_;
  const At joined_at_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable watch_;
  std::condition_variable one_retired_;
  std::deque<std::shared_ptr<Resumable>> queue_;
  Threads running_;
  Threads retired_;  ///< They only have to end yet. Whoever retires next joins them.
  std::size_t workers_ = 0;
  std::size_t idle_ = 0;
  std::size_t blocked_ = 0;
  std::uint64_t begun_ = 0;  ///< How much work was taken from the queue; its change is what the watcher looks for.
  bool watcher_ = false;
  bool watcher_idle_ = false;
  bool closing_ = false;
  bool exit_will_join_ = false;
};

}  // namespace fastccg

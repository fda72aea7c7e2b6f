#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace fastccg {

/// One thread that waits for sockets, timers and posted work. Everything under it, from the exchange down, lives on this
/// thread and needs no locks.
class Loop {
 public:
  using Clock = std::chrono::steady_clock;
  using Work = std::function<void()>;
  enum class TimerId : std::uint64_t { none = 0 };

  /// Bits of `watch` and of what an `FdHandler` hears.
  enum Readiness : unsigned { readable = 1, writable = 2 };

  class FdHandler {
   public:
    virtual ~FdHandler() = default;
    virtual void on_ready(int fd, unsigned readiness) = 0;
  };

  /// Starts the thread. Throws `FastCCGError` (usage) if the system has no descriptors left.
  Loop();
  /// Stops and joins. Must not run on the loop's own thread.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs `work` on the loop's thread, in the order of posting. From any thread. Returns false, and drops the work, if
  /// the loop has stopped. Work that throws is given up, which standard error tells of; the loop goes on.
  bool post(Work work);
  /// Runs what was posted before, then ends the thread, and joins it. From any other thread; may be called again.
  void stop();
  bool on_loop_thread() const noexcept;

  // On the loop's thread only.

  /// Runs `work` once at `when`, or soon after. Never from inside `at`.
  TimerId at(Clock::time_point when, Work work);
  TimerId after(Clock::duration delay, Work work);
  /// Does nothing if the timer has run or never was.
  void cancel(TimerId timer) noexcept;

  /// Reports when `fd` is ready for any of `readiness` (level-triggered); replaces what was watched for it before.
  /// `handler` must live until `unwatch`.
  void watch(int fd, unsigned readiness, FdHandler& handler);
  void unwatch(int fd) noexcept;

  /// Counts the rounds of sockets, timers and posted work. Who has had its share in one round waits for the next, so that
  /// the others get theirs.
  std::uint64_t round() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fastccg

#pragma once

#include <chrono>
#include <functional>

#include "fastccg/error.hpp"
#include "fastccg/settings.hpp"
#include "loop/loop.hpp"

namespace fastccg {

/// Watches the deadlines of a call: first byte, idle and total; the connect deadline is the transport's. Lives on the
/// loop's thread and ends before what its function refers to.
class Deadlines {
 public:
  using Clock = Loop::Clock;
  /// Called once the deadline has passed, which then is no longer watched.
  using Passed = std::function<void(Deadline)>;

  /// `began` is when the total deadline began to run.
  Deadlines(Loop& loop, const Timeouts& timeouts, Clock::time_point began, Passed passed);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// When the whole call has to have ended.
  Clock::time_point total() const noexcept { return total_; }

  void begin_attempt();
  void end_attempt();
  /// The answer has begun: from now on it is gaps that count. Again and again: does nothing.
  void answer_began(Clock::time_point now);
  bool waits_for_answer() const noexcept { return waits_for_answer_; }
  /// Bytes have come. They only note the time: the timer looks at it when it runs, and goes on waiting if need be.
  void heard(Clock::time_point now) noexcept { heard_ = now; }
  /// Some of the bytes were the answer's own, and no mere sign of life.
  void progressed(Clock::time_point now) noexcept { progressed_ = now; }
  /// While it is the caller who does not read, no gap counts.
  void set_held_back(bool value) noexcept;

  /// What to say of a deadline that has passed.
  std::string explain(Deadline deadline) const;

 private:
  void pass(Deadline deadline);
  void watch_gap();
  void on_gap_timer();
  /// When the gap is too long if nothing comes before.
  Clock::time_point idle_due() const;
  Clock::time_point progress_due() const;

  Loop& loop_;
  const Timeouts timeouts_;
  const Passed passed_;
  Clock::time_point total_ = Clock::time_point::max();
  Loop::TimerId total_timer_ = Loop::TimerId::none;
  Loop::TimerId phase_timer_ = Loop::TimerId::none;  // first byte, or the gaps behind it
  bool waits_for_answer_ = true;
  bool held_back_ = false;
  Clock::time_point heard_;
  Clock::time_point progressed_;
};

/// A time as people write it: "2.5 s".
std::string seconds_text(std::chrono::milliseconds time);

}  // namespace fastccg

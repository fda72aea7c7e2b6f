#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "loop/loop.hpp"

namespace fastccg {

/// Timers ordered by when they are due, and those due at the same time by when they were added. Cancelling takes the
/// timer out at once: a call's deadlines may lie an hour away, and a busy program makes many calls in an hour.
class TimerHeap {
 public:
  using TimePoint = Loop::Clock::time_point;

  TimerHeap() = default;

  Loop::TimerId add(TimePoint when, Loop::Work work);
  /// The work of the timer, or nothing if there is no such timer (any more).
  Loop::Work take(Loop::TimerId timer) noexcept;

  bool empty() const noexcept { return heap_.empty(); }
  /// Only if not `empty`.
  TimePoint next() const noexcept { return slots_[heap_.front()].when; }
  /// Takes the first timer out and returns its work. Only if not `empty`.
  Loop::Work take_next() noexcept;

  /// How many timers were ever added; those added later have a higher number.
  std::uint64_t added() const noexcept { return added_; }
  /// The number of the first timer. Only if not `empty`.
  std::uint64_t next_number() const noexcept { return slots_[heap_.front()].number; }

 private:
  class Slot {
   public:
    Slot() = default;

    TimePoint when;
    std::uint64_t number = 0;
    Loop::Work work;
    std::uint32_t generation = 1;  ///< Tells a timer from an earlier one of the same slot.
    std::size_t position = 0;      ///< In the heap; meaningless while the slot is free.
  };

  bool before(std::uint32_t left, std::uint32_t right) const noexcept;
  void place(std::size_t position, std::uint32_t slot) noexcept;
  void move_up(std::size_t position) noexcept;
  void move_down(std::size_t position) noexcept;
  Loop::Work take_at(std::size_t position) noexcept;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> heap_;  ///< Slots, the earliest first, as a binary heap.
  std::uint64_t added_ = 0;
};

}  // namespace fastccg

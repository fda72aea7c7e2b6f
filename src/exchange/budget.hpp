#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "exchange/rate_headers.hpp"

namespace fastccg {

/// How much was used in the last 60 seconds, against a limit. What was used at a moment counts for exactly a minute.
///
/// Memory is bounded: what was used within the same tenth of a second is kept as one sum, of the last moment in it.
class MinuteBudget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Names an amount that was added, to correct it later.
  enum class Entry : std::uint64_t { none = 0 };

  /// 0: no limit.
  explicit MinuteBudget(std::int64_t limit) : limit_(limit) {}
  void set_limit(std::int64_t limit) noexcept { limit_ = limit; }

  /// From when on there is room for `amount` if nothing else is used until then: `now`, or later. An amount of more than
  /// the limit needs all of it.
  TimePoint room_at(std::int64_t amount, TimePoint now);
  Entry add(std::int64_t amount, TimePoint now);
  /// Adds `difference`, which may be negative, to what was added then. Does nothing if that is out of the minute.
  void correct(Entry entry, std::int64_t difference);
  std::int64_t used(TimePoint now);

 private:
  class Slot {
   public:
    Slot(std::uint64_t number_, TimePoint first_, std::int64_t amount_)
        : number(number_), first(first_), last(first_), amount(amount_) {}
    std::uint64_t number;
    TimePoint first;
    TimePoint last;
    std::int64_t amount;
  };

  void forget_before(TimePoint now);

  std::int64_t limit_;
  std::int64_t used_ = 0;
  std::uint64_t next_number_ = 1;
  std::deque<Slot> slots_;
};

/// What the provider has said is left of one of its limits, and what was sent since. It is taken to fill up evenly until
/// the moment that was announced; after that, nothing is known, and nothing held back.
class AnnouncedBudget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `unanswered` is what was sent and, maybe, not counted yet when the answer was written.
  AnnouncedBudget(const RateWindow& window, double unanswered, TimePoint now);

  RateWindow::Counts counts() const noexcept { return counts_; }
  TimePoint room_at(double amount, TimePoint now) const;
  void spend(double amount) noexcept { left_ -= amount; }

 private:
  RateWindow::Counts counts_;
  std::optional<double> limit_;
  double left_;  // at `since_`, if nothing were to fill up
  double per_second_ = 0;
  TimePoint since_;
  TimePoint reset_;
};

}  // namespace fastccg

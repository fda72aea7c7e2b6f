#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "exchange/budget.hpp"
#include "fastccg/rate_limits.hpp"

namespace fastccg {

/// Decides who may send when, among the attempts at one model with one key. Pure state: it has no clock and waits for
/// nothing. An attempt `enter`s, is told by `admit` that it may go, and ends with `leave`, whether it went or not.
class Gate {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Ticket : std::uint64_t { none = 0 };

  explicit Gate(const RateLimits& limits);
  void set_limits(const RateLimits& limits);

  /// Stands in the queue. Those with the same `lane` keep their order, and the lanes take turns. Who comes `again` goes
  /// before the others of the lane. Nothing if the queue is full and `admit` would not let the newcomer go at once.
  std::optional<Ticket> enter(const void* lane, std::int64_t tokens, bool again, TimePoint now);
  /// Lets the next one go, if it may go now.
  std::optional<Ticket> admit(TimePoint now);
  /// When `admit` may have something to say although nobody leaves and nothing is learnt; nothing if never.
  std::optional<TimePoint> opens(TimePoint now);
  /// The attempt is over, or is no longer wanted. `tokens` is what it cost, if that is known.
  void leave(Ticket ticket, std::optional<std::int64_t> tokens = std::nullopt);

  /// An attempt that went was answered, with this in the headers.
  void learn(Ticket ticket, const std::vector<RateWindow>& windows, TimePoint now);
  /// Nobody goes before `when`; an earlier word to that effect stands if it is for longer.
  void close_until(TimePoint when);
  TimePoint closed_until() const noexcept { return closed_until_; }

  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t under_way() const noexcept { return under_way_; }
  /// Nobody waits or is under way.
  bool is_empty() const noexcept { return visits_.empty(); }

 private:
  using Lane = std::list<Ticket>;
  class Visit {
   public:
    Visit() = default;
    const void* lane = nullptr;
    std::int64_t tokens = 0;
    Lane::iterator place;  // while it waits
    bool went = false;
    bool answered = false;
    MinuteBudget::Entry entry = MinuteBudget::Entry::none;
  };
  using Lanes = std::unordered_map<const void*, Lane>;

  /// When one with so many tokens may go for all that is known; nothing if only another's leaving can tell.
  std::optional<TimePoint> room_at(std::int64_t tokens, TimePoint now);
  void take_out(const Visit& visit);
  void go(Visit& visit, TimePoint now);

  RateLimits limits_;
  MinuteBudget requests_;
  MinuteBudget tokens_;
  std::vector<AnnouncedBudget> announced_;
  TimePoint closed_until_ = TimePoint::min();

  std::unordered_map<Ticket, Visit> visits_;
  Lanes lanes_;                   // only those in which somebody waits
  std::deque<const void*> turn_;  // the keys of `lanes_`, the next one first
  std::uint64_t next_ticket_ = 1;
  std::size_t waiting_ = 0;
  std::size_t under_way_ = 0;
  std::int64_t unanswered_requests_ = 0;
  std::int64_t unanswered_tokens_ = 0;
};

}  // namespace fastccg

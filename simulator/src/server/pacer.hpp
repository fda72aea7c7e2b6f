#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

namespace fastccg::sim {

/// Somebody who waits for a moment.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// `ticket` is that of the wait, so that a sleeper can tell an outdated one.
  virtual void wake(std::uint64_t ticket) = 0;
};

/// One timer for all that wait, however many: a thousand streams that are due at the same moment are one wake-up.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pacer(boost::asio::io_context& io) : timer_(io) {}

  void wake_at(Clock::time_point due, std::uint64_t ticket, std::shared_ptr<Sleeper> sleeper);
  void stop();

 private:
  class Entry {
   public:
    Entry(Clock::time_point due_, std::uint64_t ticket_, std::shared_ptr<Sleeper> sleeper_)
        : due(due_), ticket(ticket_), sleeper(std::move(sleeper_)) {}
    bool operator>(const Entry& other) const noexcept { return due > other.due; }

    Clock::time_point due;
    std::uint64_t ticket;
    std::shared_ptr<Sleeper> sleeper;
  };

  void arm();
  void fire();

  boost::asio::steady_timer timer_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  Clock::time_point armed_ = Clock::time_point::max();
  bool firing_ = false;
};

}  // namespace fastccg::sim

#include "server/pacer.hpp"

#include <algorithm>

namespace fastccg::sim {
namespace {

// Wake-ups that lie closer together than this are made one.
constexpr auto granularity = std::chrono::microseconds(200);

}  // namespace

void Pacer::wake_at(Clock::time_point due, std::uint64_t ticket, std::shared_ptr<Sleeper> sleeper) {
  entries_.emplace(due, ticket, std::move(sleeper));
  if (!firing_) arm();
}

void Pacer::stop() {
  entries_ = {};
  timer_.cancel();
}

void Pacer::arm() {
  if (entries_.empty() || entries_.top().due >= armed_) return;
  armed_ = entries_.top().due;
  timer_.expires_at(armed_);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) fire();
  });
}

void Pacer::fire() {
  firing_ = true;
  const auto now = Clock::now();
  while (!entries_.empty() && entries_.top().due <= now) {
    const auto entry = entries_.top();
    entries_.pop();
    entry.sleeper->wake(entry.ticket);
  }
  firing_ = false;
  armed_ = Clock::time_point::max();
  if (entries_.empty()) return;
  const auto next = std::max(entries_.top().due, now + granularity);
  armed_ = next;
  timer_.expires_at(next);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) fire();
  });
}

}  // namespace fastccg::sim

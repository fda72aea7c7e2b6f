#include "exchange/wakes.hpp"

#include <chrono>
#include <new>
#include <utility>

#include "async/together.hpp"

namespace fastccg {

namespace {

constexpr std::chrono::milliseconds between_rounds{1};

}  // namespace

void Wakes::add(std::shared_ptr<Sleeper> sleeper) {
  try {
    sleepers_.push_back(sleeper);
  } catch (const std::bad_alloc&) {
    return sleeper->wake();
  }
  schedule();
}

void Wakes::gather(std::shared_ptr<Sleeper> sleeper) {
  sleepers_.push_back(std::move(sleeper));
  if (scheduled_ || timer_ != Loop::TimerId::none) return;
  const auto due = last_ + between_rounds;
  if (due <= Loop::Clock::now()) return schedule();
  timer_ = loop_.at(due, [this] {
    timer_ = Loop::TimerId::none;
    wake_all();
  });
}

void Wakes::schedule() {
  if (std::exchange(scheduled_, true)) return;
  // What is posted on the loop's own thread runs at the end of the round. A loop that stops takes no more work.
  bool posted = false;
  try {
    posted = loop_.post([this] { wake_all(); });
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): then at once
  }
  if (!posted) wake_all();
}

void Wakes::wake_all() {
  scheduled_ = false;
  loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
  last_ = Loop::Clock::now();
  waking_.swap(sleepers_);
  {
    const detail::Together together;
    for (const auto& sleeper : waking_) sleeper->wake();
  }
  waking_.clear();
}

}  // namespace fastccg

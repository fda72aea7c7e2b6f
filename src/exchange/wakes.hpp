#pragma once

#include <memory>
#include <vector>

#include "loop/loop.hpp"

namespace fastccg {

/// Somebody who may sleep until something has come.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// On the loop's thread.
  virtual void wake() = 0;
};

/// Wakes sleepers together. To wake a thread costs more than all else that is done for a piece of text; if those who are
/// woken run on one thread, and many do, it is woken once for all of them. On the loop's thread only.
///
/// Whoever is named is woken once for each time; after the loop has stopped perhaps not at all, if it was `gather`.
class Wakes {
 public:
  explicit Wakes(Loop& loop) : loop_(loop) {}

  /// Wakes it at the end of this round of the loop.
  void add(std::shared_ptr<Sleeper> sleeper);
  /// Wakes it within a millisecond, for what comes in many pieces: at the end of this round if it has been quiet.
  void gather(std::shared_ptr<Sleeper> sleeper);

 private:
  using Sleepers = std::vector<std::shared_ptr<Sleeper>>;

  void schedule();
  void wake_all();

  Loop& loop_;
  Loop::Clock::time_point last_;  // when sleepers were woken
  Sleepers sleepers_;
  bool scheduled_ = false;  // for the end of the round
  Loop::TimerId timer_ = Loop::TimerId::none;
  Sleepers waking_;  // keeps its memory
};

}  // namespace fastccg

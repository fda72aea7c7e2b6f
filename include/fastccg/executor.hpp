#pragma once

#include <memory>

namespace fastccg {

/// Something that waits to be run once on an executor.
class Resumable {
 public:
  virtual ~Resumable() = default;
  virtual void resume() noexcept = 0;
};

/// Where the code behind a `co_await` goes on. User code never runs on the engine's own thread.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs `work` later, once, on a thread of this executor. Called from any thread; never runs it before returning.
  virtual void post(std::shared_ptr<Resumable> work) = 0;

  /// The executor of the calling thread: the one of the innermost `run`, or else a pool of threads that the library
  /// keeps for coroutines which no `run` drives. Work posted to a `run` that has returned goes to that pool.
  static std::shared_ptr<Executor> current();
};

}  // namespace fastccg

#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "completions.hpp"
#include "fastccg/operation.hpp"
#include "state.hpp"

namespace fastccg::python {

/// The seam between the library's threads and one asyncio event loop.
///
/// The loop watches the descriptor of the queue and calls `drain`, which resolves the futures of all that has become ready.
/// So the library's threads never wait for the interpreter. The loop's registration owns the hub: a loop that is closed or
/// collected lets it go, and with it all that was waited for.
class Hub {
 public:
  explicit Hub(Ref loop);
  Hub(Hub&&) noexcept = default;
  ~Hub();

  const Ref& loop() const noexcept { return loop_; }
  int descriptor() const noexcept { return shared_->completions->descriptor(); }

  /// A new future of the loop, which is resolved when `pending` has become ready.
  Ref expect(State& state, detail::Pending& pending, const std::shared_ptr<Completion>& completion);
  /// Drops the future. Nothing is resolved after this.
  void forget(const Completion& completion) noexcept;
  /// Has the loop resolve the future soon, ready or not, whatever becomes of `completion`. Any thread may call it.
  void wake(const Completion& completion);
  /// Resolves the futures of what has become ready.
  void drain(State& state);

  int traverse(visitproc visit, void* argument);
  void clear() noexcept;

 private:
  using Futures = std::unordered_map<const Resumable*, Ref>;

  /// What cannot be moved.
  class Shared {
   public:
    std::shared_ptr<Completions> completions = std::make_shared<Completions>();
    std::mutex mutex;
    Futures futures;  ///< Those that are waited for.
  };

  Ref take(const Resumable* completion) noexcept;

  Ref loop_;
  std::unique_ptr<Shared> shared_;
};

Ref make_hub_type(PyObject* module);
/// The hub of the event loop that runs on this thread. Raises `RuntimeError` if there is none.
Ref running_hub(State& state);

}  // namespace fastccg::python

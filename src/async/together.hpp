#pragma once

#include <memory>
#include <vector>

namespace fastccg::detail {

/// Somebody to be woken at the end of a `Together`.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake_up() noexcept = 0;
};

/// While it lives, a thread that drives a `run` is not woken for what this thread posts to it, but at the end, and once:
/// awake sooner, it would get in the way of the rest. For loops that post and do nothing else.
class Together {
 public:
  Together();
  ~Together();
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

  /// Has it woken at the end. Returns false if the calling thread has no `Together`, or there is no
  /// memory; the caller then wakes it.
  static bool defer(std::shared_ptr<Wakeable> sleeper) noexcept;

 private:
  Together* outer_;
  std::vector<std::shared_ptr<Wakeable>> sleepers_;
};

}  // namespace fastccg::detail

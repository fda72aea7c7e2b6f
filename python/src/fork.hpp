#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>
#include <utility>

#include "fastccg/error.hpp"

namespace fastccg::python {

/// How many forks lie between this process and the one that first asked.
inline unsigned forks() noexcept {
  static std::atomic<unsigned> count{0};
  [[maybe_unused]] static const int counting = ::pthread_atfork(nullptr, nullptr, [] { ++count; });
  return count.load(std::memory_order_relaxed);
}

/// Work that is under way in the process that began it. In the child of a fork it is dead: the thread that did it, and
/// its connections, belong to the parent. There it can only be forgotten, without its destructor, which would write to
/// the parent's connections.
template <class T>
class OfThisProcess {
 public:
  explicit OfThisProcess(std::shared_ptr<T> work) : work_(std::move(work)), process_(forks()) {}
  OfThisProcess(OfThisProcess&& other) noexcept : work_(std::move(other.work_)), process_(other.process_) {}
  ~OfThisProcess() { take(); }

  explicit operator bool() const noexcept { return work_ != nullptr; }
  T* operator->() const noexcept { return work_.get(); }
  T& operator*() const noexcept { return *work_; }
  const std::shared_ptr<T>& share() const noexcept { return work_; }

  bool same_process() const noexcept { return process_ == forks(); }
  void check_same_process() const {
    if (same_process()) return;
    throw_error(Error(ErrorKind::usage,
                      "this call was begun before the process forked, and goes on in the parent; begin a new one"));
  }

  /// Hands the work over; in the child of a fork, null.
  std::shared_ptr<T> take() noexcept {
    if (same_process()) return std::move(work_);
    // Never destroyed, on purpose.
    ::new (static_cast<void*>(leaked_)) std::shared_ptr<T>(std::move(work_));
    return nullptr;
  }

 private:
  std::shared_ptr<T> work_;
  alignas(std::shared_ptr<T>) unsigned char leaked_[sizeof(std::shared_ptr<T>)];
  unsigned process_;
};

}  // namespace fastccg::python

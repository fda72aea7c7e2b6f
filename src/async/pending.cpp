#include <utility>

#include "async/pool.hpp"
#include "fastccg/operation.hpp"

namespace fastccg::detail {

void Pending::check_nobody_waits() const {
  if (waiter_ || callback_ || blocked_)
    throw_error(
        Error(ErrorKind::usage, "this call is waited for already; wait for a call or stream in one place only"));
}

bool Pending::suspend(std::coroutine_handle<> waiter) { return suspend(waiter, Executor::current()); }

bool Pending::suspend(std::coroutine_handle<> waiter, std::shared_ptr<Executor> executor) {
  const std::lock_guard lock(mutex_);
  check_nobody_waits();
  if (ready_) return false;
  waiter_ = waiter;
  executor_ = std::move(executor);
  return true;
}

void Pending::wait() {
  std::unique_lock lock(mutex_);
  check_nobody_waits();
  if (ready_) return;
  const Pool::BlockedScope blocked;
  blocked_ = true;
  became_ready_.wait(lock, [this] { return ready_; });
  blocked_ = false;
}

void Pending::notify(std::shared_ptr<Resumable> callback, std::shared_ptr<Executor> executor) {
  {
    const std::lock_guard lock(mutex_);
    check_nobody_waits();
    if (!ready_) {
      callback_ = std::move(callback);
      executor_ = std::move(executor);
      return;
    }
  }
  executor->post(std::move(callback));
}

void Pending::forget_waiter() noexcept {
  // The callback and the executor may be the last of their kind; they are destroyed without the lock.
  std::shared_ptr<Resumable> callback;
  std::shared_ptr<Executor> executor;
  const std::lock_guard lock(mutex_);
  waiter_ = {};
  callback.swap(callback_);
  executor.swap(executor_);
  stale_ = posted_;
}

bool Pending::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

void Pending::clear_ready() {
  const std::lock_guard lock(mutex_);
  ready_ = false;
}

void Pending::set_ready() {
  std::unique_lock lock(mutex_);
  if (ready_) return;
  ready_ = true;
  if (blocked_) {
    // Under the lock: the thread that waits may destroy this object as soon as it can take it.
    became_ready_.notify_all();
  } else if (callback_) {
    auto callback = std::move(callback_);
    auto executor = std::move(executor_);
    lock.unlock();
    executor->post(std::move(callback));
  } else if (waiter_ && !posted_) {
    post_resume(std::move(lock));
  }
}

void Pending::post_resume(std::unique_lock<std::mutex> lock) {
  posted_ = true;
  stale_ = false;
  auto executor = executor_;
  auto self = shared_from_this();
  lock.unlock();
  executor->post(std::move(self));
}

void Pending::resume() noexcept {
  std::unique_lock lock(mutex_);
  posted_ = false;
  const bool stale = std::exchange(stale_, false);
  if (!waiter_ || !ready_) return;
  // Another coroutine waits by now, perhaps elsewhere, and what it waits for came while this stood in the queue.
  if (stale) return post_resume(std::move(lock));
  const auto waiter = std::exchange(waiter_, {});
  const auto executor = std::move(executor_);
  lock.unlock();
  waiter.resume();
}

}  // namespace fastccg::detail

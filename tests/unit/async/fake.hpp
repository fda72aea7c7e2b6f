#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "fastccg/operation.hpp"

namespace fastccg::test {

/// Work that a test completes when and where it likes. It behaves as the library's own: it completes once, a cancelled
/// one with `cancelled`.
template <class T>
class Fake final : public detail::PendingResult<T> {
 public:
  static std::shared_ptr<Fake> make() { return std::make_shared<Fake>(); }

  /// What happens on `start`, such as completing at once.
  std::function<void(Fake&)> on_start;

  void start() override {
    if (started_.exchange(true)) return;
    started_.notify_all();
    if (cancels() > 0) return complete(Error(ErrorKind::cancelled, "cancelled"));
    if (on_start) on_start(*this);
  }
  void cancel() noexcept override {
    ++cancels_;
    if (started_) complete(Error(ErrorKind::cancelled, "cancelled"));
  }
  Result<T> take() override {
    const std::lock_guard lock(mutex_);
    if (thrown_) std::rethrow_exception(thrown_);
    Result<T> result = std::move(*result_);
    result_.reset();
    return result;
  }

  /// From any thread. The first one counts.
  void complete(Result<T> result) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(completed_, true)) return;
      result_.emplace(std::move(result));
    }
    this->set_ready();
  }
  void fail(std::exception_ptr thrown) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(completed_, true)) return;
      thrown_ = std::move(thrown);
    }
    this->set_ready();
  }

  // For what becomes ready many times.
  using detail::Pending::clear_ready;
  using detail::Pending::set_ready;

  bool started() const { return started_; }
  int cancels() const { return cancels_; }
  void wait_for_start() const { started_.wait(false); }

 private:
  std::atomic<bool> started_{false};
  std::atomic<int> cancels_{0};
  std::mutex mutex_;
  bool completed_ = false;
  std::optional<Result<T>> result_;
  std::exception_ptr thrown_;
};

/// A thread that stands for the library's engine.
class Helper {
 public:
  static Helper& shared() {
    static Helper helper;
    return helper;
  }
  Helper() : thread_([this](std::stop_token stop) { work(stop); }) {}

  void run(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    came_.notify_one();
  }

 private:
  void work(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (came_.wait(lock, stop, [this] { return !queue_.empty(); })) {
      auto work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any came_;
  std::deque<std::function<void()>> queue_;
  std::jthread thread_;
};

template <class T>
Operation<T> operation(const std::shared_ptr<Fake<T>>& fake) {
  return Operation<T>(fake);
}

/// An operation that is ready when it has been started.
inline Operation<int> ready(int value) {
  auto fake = Fake<int>::make();
  fake->on_start = [value](Fake<int>& self) { self.complete(value); };
  return Operation<int>(std::move(fake));
}

/// An operation that another thread completes as soon as it has been started.
inline Operation<int> later(int value) {
  auto fake = Fake<int>::make();
  fake->on_start = [value](Fake<int>& self) {
    auto keep = std::static_pointer_cast<Fake<int>>(self.shared_from_this());
    Helper::shared().run([keep, value] { keep->complete(value); });
  };
  return Operation<int>(std::move(fake));
}

/// A coroutine type of another library: it starts at once and destroys itself when it ends.
class Detached {
 public:
  class promise_type {
   public:
    Detached get_return_object() noexcept { return Detached(); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  Detached() = default;
};

/// A coroutine type of another library whose owner starts and destroys it.
class Owned {
 public:
  class promise_type {
   public:
    Owned get_return_object() noexcept { return Owned(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  explicit Owned(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  Owned(Owned&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Owned& operator=(Owned&&) = delete;
  ~Owned() { destroy(); }

  void start() { coroutine_.resume(); }
  void destroy() {
    if (coroutine_) std::exchange(coroutine_, {}).destroy();
  }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

/// A function as something to post.
class Function final : public Resumable {
 public:
  explicit Function(std::function<void()> function) : function_(std::move(function)) {}
  void resume() noexcept override { function_(); }

 private:
  std::function<void()> function_;
};

inline std::shared_ptr<Resumable> work(std::function<void()> function) {
  return std::make_shared<Function>(std::move(function));
}

/// An executor that keeps what is posted until the test runs it.
class Manual final : public Executor {
 public:
  void post(std::shared_ptr<Resumable> work) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }
  void run_all() {
    std::vector<std::shared_ptr<Resumable>> batch;
    {
      const std::lock_guard lock(mutex_);
      batch.swap(queue_);
    }
    for (auto& work : batch) work->resume();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Resumable>> queue_;
};

}  // namespace fastccg::test

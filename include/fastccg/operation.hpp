#pragma once

#include <condition_variable>
#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "fastccg/error.hpp"
#include "fastccg/executor.hpp"
#include "fastccg/result.hpp"

namespace fastccg {

namespace detail {

/// Work that is started once and then becomes ready, on whatever thread; what `Operation` and `Stream` wait for.
/// One waits at a time: a coroutine, a blocked thread or a callback. All members may be called from any thread.
class Pending : public Resumable, public std::enable_shared_from_this<Pending> {
 public:
  ~Pending() override = default;

  /// Starts the work if it has not been started.
  virtual void start() = 0;
  /// Makes the work complete soon, with `ErrorKind::cancelled` if it can still be stopped. Does not block.
  /// May come before `start`, which then completes the work without doing it.
  virtual void cancel() noexcept = 0;

  /// Registers the coroutine that shall go on, on `executor`, when the work is ready.
  /// Returns false, and registers nothing, if it is ready already. Throws `UsageError` if another one waits.
  /// Once it is registered, the coroutine may go on, and be destroyed, before this has returned.
  bool suspend(std::coroutine_handle<> waiter, std::shared_ptr<Executor> executor);
  /// The same on `Executor::current()`. An awaiter should call this one: no temporary of its own then outlives the call.
  bool suspend(std::coroutine_handle<> waiter);
  /// Blocks the calling thread until the work is ready. Throws `UsageError` if another one waits.
  void wait();
  /// Registers `callback` to be posted to `executor` when the work is ready; at once if it is.
  /// Throws `UsageError` if another one waits.
  void notify(std::shared_ptr<Resumable> callback, std::shared_ptr<Executor> executor);
  /// Drops the coroutine or callback that waits. After this returns, and until another one waits, no coroutine is
  /// resumed and no callback posted, unless that had begun. Call it where the coroutine runs, and nothing had.
  void forget_waiter() noexcept;
  bool ready() const;

  /// What the executor runs; not for others.
  void resume() noexcept final;

 protected:
  /// Marks the work as ready and wakes who waits. Does nothing if it is ready. The waiter does not run on this thread.
  void set_ready();
  /// Marks the work as not ready, for work that becomes ready many times.
  void clear_ready();

 private:
  void check_nobody_waits() const;
  /// Takes the lock along, since nothing is posted under it.
  void post_resume(std::unique_lock<std::mutex> lock);

  mutable std::mutex mutex_;
  std::condition_variable became_ready_;
  std::coroutine_handle<> waiter_;
  std::shared_ptr<Resumable> callback_;
  std::shared_ptr<Executor> executor_;
  bool ready_ = false;
  bool blocked_ = false;  ///< A thread is inside `wait`.
  bool posted_ = false;   ///< `resume` stands in an executor's queue; there is never a second one.
  bool stale_ = false;    ///< The one that stands there was meant for a coroutine that has been forgotten.
};

/// Work that ends with a `T` or an `Error`.
template <class T>
class PendingResult : public Pending {
 public:
  /// Hands out the result, once; only when ready. Rethrows what a user's callback threw.
  virtual Result<T> take() = 0;
};

}  // namespace detail

/// One call that can be waited for in three ways: `co_await` it in any coroutine, block with `get()`, or hand it to
/// Asio (`<fastccg/asio.hpp>`).
///
/// Nothing is sent before it is waited for. Destroying it cancels the call and does not block.
/// It is waited for once, by one thread at a time; another wait throws `UsageError`.
///
/// A coroutine goes on where it was: on the thread of the `run` that drives it, or else on one of a pool of threads.
template <class T>
class [[nodiscard]] Operation {
 public:
  using value_type = T;

  explicit Operation(std::shared_ptr<detail::PendingResult<T>> pending) : pending_(std::move(pending)) {}
  Operation(Operation&& other) noexcept : pending_(std::move(other.pending_)), token_(std::move(other.token_)) {}
  Operation& operator=(Operation&& other) noexcept {
    if (this != &other) {
      abandon();
      pending_ = std::move(other.pending_);
      token_ = std::move(other.token_);
    }
    return *this;
  }
  ~Operation() { abandon(); }

  /// Cancels the call when `token` is stopped; it then fails with `Cancelled`. Set it before waiting.
  Operation& stop_token(std::stop_token token) & {
    token_ = std::move(token);
    return *this;
  }
  Operation&& stop_token(std::stop_token token) && {
    token_ = std::move(token);
    return std::move(*this);
  }

  /// Waits, blocking the calling thread. Throws the error as its exception class.
  T get() { return as_result().value(); }

  /// Waits, blocking the calling thread, and returns the error instead of throwing it.
  Result<T> as_result() {
    auto pending = claim();
    auto stop = stop_with(*pending);
    pending->start();
    pending->wait();
    return pending->take();
  }

  class Awaiter;
  /// Awaits the value. Throws the error as its exception class.
  Awaiter operator co_await();

  /// For adapters to other kinds of asynchrony: hands over the work itself, after which the operation is spent.
  std::pair<std::shared_ptr<detail::PendingResult<T>>, std::stop_token> release() {
    auto pending = claim();
    return {std::move(pending), std::move(token_)};
  }

 private:
  class Cancel {
   public:
    explicit Cancel(detail::Pending& pending) : pending_(&pending) {}
    void operator()() const noexcept { pending_->cancel(); }

   private:
    detail::Pending* pending_;
  };
  using StopCallback = std::unique_ptr<std::stop_callback<Cancel>>;

  std::shared_ptr<detail::PendingResult<T>> claim() {
    if (!pending_) throw_error(Error(ErrorKind::usage, "this operation was waited for already; start a new call"));
    return std::move(pending_);
  }

  StopCallback stop_with(detail::Pending& pending) {
    if (!token_.stop_possible()) return nullptr;
    return std::make_unique<std::stop_callback<Cancel>>(token_, Cancel(pending));
  }

  void abandon() noexcept {
    if (pending_) pending_->cancel();
  }

  std::shared_ptr<detail::PendingResult<T>> pending_;
  std::stop_token token_;
};

/// What `co_await operation` makes. Destroying it, as happens when the waiting coroutine is destroyed, cancels the call.
template <class T>
class Operation<T>::Awaiter {
 public:
  Awaiter(std::shared_ptr<detail::PendingResult<T>> pending, StopCallback stop)
      : pending_(std::move(pending)), stop_(std::move(stop)) {}
  Awaiter(Awaiter&&) noexcept = default;
  Awaiter& operator=(Awaiter&&) = delete;
  ~Awaiter() {
    if (!pending_) return;
    pending_->forget_waiter();
    pending_->cancel();
  }

  bool await_ready() {
    pending_->start();
    return pending_->ready();
  }
  bool await_suspend(std::coroutine_handle<> waiter) { return pending_->suspend(waiter); }
  T await_resume() {
    stop_.reset();
    auto pending = std::move(pending_);
    return pending->take().value();
  }

 private:
  std::shared_ptr<detail::PendingResult<T>> pending_;
  StopCallback stop_;
};

template <class T>
typename Operation<T>::Awaiter Operation<T>::operator co_await() {
  auto pending = claim();
  auto stop = stop_with(*pending);
  return Awaiter(std::move(pending), std::move(stop));
}

}  // namespace fastccg

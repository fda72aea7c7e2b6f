#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "fastccg/executor.hpp"
#include "fastccg/operation.hpp"

namespace fastccg {

template <class T = void>
class Task;

namespace detail {

/// What all promises of tasks share: the coroutine that awaits the task, and what the task threw.
class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  // The task and its awaiter race to be first: the awaiter having left `await_suspend`, and the task having ended.
  // Whoever comes second resumes the awaiter. So a task that ends at once costs no stack, however often it is awaited
  // in a loop, with or without tail calls.
  class Final {
   public:
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      TaskPromiseBase& promise = self.promise();
      auto awaiter = promise.awaiter_;
      if (promise.met_.exchange(true, std::memory_order_acq_rel)) return awaiter;
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  /// Runs the task on behalf of `awaiter`. Returns whether the awaiter has to stay suspended.
  bool run(std::coroutine_handle<> self, std::coroutine_handle<> awaiter) noexcept {
    awaiter_ = awaiter;
    self.resume();
    return !met_.exchange(true, std::memory_order_acq_rel);
  }

 protected:
  void rethrow() {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::coroutine_handle<> awaiter_ = std::noop_coroutine();
  std::atomic<bool> met_{false};
  std::exception_ptr exception_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
  static_assert(std::is_object_v<T>, "a task returns a value or void; return a pointer instead of a reference");

 public:
  Task<T> get_return_object() noexcept;
  template <class U = T>
  requires std::is_convertible_v<U, T>
  void return_value(U&& value) { value_.emplace(std::forward<U>(value)); }
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() { rethrow(); }
};

}  // namespace detail

/// A coroutine that runs when it is awaited, or given to `run` or `gather`, and returns a `T` or throws.
///
/// It is awaited once. Destroying a task that has not ended destroys its coroutine, which cancels what that waits for;
/// do so only on the thread that runs it. Its parameters must be values, or references to objects that outlive it.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (coroutine_) coroutine_.destroy();
      coroutine_ = std::exchange(other.coroutine_, {});
    }
    return *this;
  }
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  class Awaiter;
  /// Runs the task and gives what it returns. Throws what it throws, or `UsageError` if it was awaited before.
  Awaiter operator co_await() &&;

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

/// What `co_await task` makes; it has taken the task's coroutine over.
template <class T>
class Task<T>::Awaiter {
 public:
  explicit Awaiter(Task task) noexcept : task_(std::move(task)) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) noexcept {
    return task_.coroutine_.promise().run(task_.coroutine_, awaiter);
  }
  T await_resume() { return task_.coroutine_.promise().take(); }

 private:
  Task task_;
};

template <class T>
typename Task<T>::Awaiter Task<T>::operator co_await() && {
  if (!coroutine_) throw_error(Error(ErrorKind::usage, "this task was awaited already; call its function again"));
  return Awaiter(std::move(*this));
}

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

namespace detail {

/// Runs posted work on the thread that calls `run`, until it is told to stop.
class RunLoop {
 public:
  RunLoop();
  ~RunLoop();
  RunLoop(const RunLoop&) = delete;
  RunLoop& operator=(const RunLoop&) = delete;

  void post(std::shared_ptr<Resumable> work);
  /// Makes this loop the calling thread's executor and runs work until `stop()`; then restores the one before.
  void run();
  void stop() noexcept;

 private:
  class Queue;
  std::shared_ptr<Queue> queue_;
};

template <class T>
using ValueOrUnit = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What an awaitable gave: a value, an exception, or nothing yet.
template <class T>
class Outcome {
 public:
  template <class... U>
  void set(U&&... value) {
    value_.emplace(std::forward<U>(value)...);
  }
  void fail(std::exception_ptr exception) noexcept { exception_ = std::move(exception); }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }
  ValueOrUnit<T> take() { return std::move(*value_); }

 private:
  std::optional<ValueOrUnit<T>> value_;
  std::exception_ptr exception_;
};

/// A coroutine that nobody awaits: its owner starts it, and destroys it when it has told that it is done.
class Worker {
 public:
  class promise_type {
   public:
    Worker get_return_object() noexcept { return Worker(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };

  explicit Worker(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  Worker(Worker&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Worker& operator=(Worker&&) = delete;
  ~Worker() {
    if (coroutine_) coroutine_.destroy();
  }
  void start() { coroutine_.resume(); }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

/// Counts the children of a `gather` that still run; the last one resumes the parent.
class Gate {
 public:
  explicit Gate(std::size_t children) noexcept : open_(children + 1) {}
  std::coroutine_handle<> parent = std::noop_coroutine();

  /// Returns true to exactly one caller: the last one.
  bool leave() noexcept { return open_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

 private:
  std::atomic<std::size_t> open_;
};

/// The end of a gathered child: resumes the parent if this was the last.
class LeaveGate {
 public:
  explicit LeaveGate(Gate* gate) noexcept : gate_(gate) {}
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept {
    Gate* gate = gate_;
    return gate->leave() ? gate->parent : std::noop_coroutine();
  }
  void await_resume() const noexcept {}

 private:
  Gate* gate_;
};

/// The end of the coroutine that `run` drives: makes `run` return, which destroys that coroutine.
class StopLoop {
 public:
  explicit StopLoop(RunLoop* loop) noexcept : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept { loop_->stop(); }
  void await_resume() const noexcept {}

 private:
  RunLoop* loop_;
};

/// Awaits `awaitable`, keeps what came of it, and stays suspended in `finish` until it is destroyed.
template <class Awaitable, class T, class Finish>
Worker drive(Awaitable awaitable, Outcome<T>* outcome, Finish finish) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(awaitable);
      outcome->set();
    } else {
      outcome->set(co_await std::move(awaitable));
    }
  } catch (...) {
    outcome->fail(std::current_exception());
  }
  co_await finish;
}

/// Starts all children, each in its turn, and goes on when the last has ended.
class StartAll {
 public:
  StartAll(std::vector<Worker>* children, Gate* gate) noexcept : children_(children), gate_(gate) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) {
    gate_->parent = parent;
    // Read before the last child can end: it may resume the parent, and with it destroy this object.
    auto* gate = gate_;
    auto* children = children_;
    for (std::size_t i = 0, n = children->size(); i < n; ++i) (*children)[i].start();
    return !gate->leave();
  }
  void await_resume() const noexcept {}

 private:
  std::vector<Worker>* children_;
  Gate* gate_;
};

}  // namespace detail

/// Runs a coroutine on the calling thread until it has ended, and returns what it returned or throws what it threw.
/// All code of the task, and of tasks that it awaits, runs on this thread; calls that it awaits run elsewhere.
/// It may be called on any thread, also inside another `run`, which then waits.
template <class T>
T run(Task<T> task) {
  detail::Outcome<T> outcome;
  detail::RunLoop loop;
  auto worker = detail::drive(std::move(task), &outcome, detail::StopLoop(&loop));
  class Start : public Resumable {
   public:
    explicit Start(detail::Worker* worker) : worker_(worker) {}
    void resume() noexcept override { worker_->start(); }

   private:
    detail::Worker* worker_;
  };
  loop.post(std::make_shared<Start>(&worker));
  loop.run();
  outcome.rethrow();
  if constexpr (!std::is_void_v<T>) return outcome.take();
}

/// Waits for several operations or tasks at once; all are under way together, and start in the order given.
/// Returns a tuple of their values (`std::monostate` for `void`). If some fail, all others are still waited for, so that
/// nothing is left running, and then the error of the first one that failed, in the order given, is thrown.
template <class... Awaitables>
requires(sizeof...(Awaitables) > 0 && (!std::is_lvalue_reference_v<Awaitables> && ...))
    Task<std::tuple<detail::ValueOrUnit<typename Awaitables::value_type>...>> gather(Awaitables... awaitables) {
  std::tuple<detail::Outcome<typename Awaitables::value_type>...> outcomes;
  detail::Gate gate(sizeof...(Awaitables));
  std::vector<detail::Worker> children;
  children.reserve(sizeof...(Awaitables));
  std::apply(
      [&](auto&... outcome) {
        (children.push_back(detail::drive(std::move(awaitables), &outcome, detail::LeaveGate(&gate))), ...);
      },
      outcomes);
  detail::StartAll all(&children, &gate);
  co_await all;
  std::apply([](auto&... outcome) { (outcome.rethrow(), ...); }, outcomes);
  co_return std::apply([](auto&... outcome) { return std::make_tuple(outcome.take()...); }, outcomes);
}

/// The same for any number of one kind; the values come in the order of the awaitables.
template <class Awaitable>
Task<std::vector<detail::ValueOrUnit<typename Awaitable::value_type>>> gather(std::vector<Awaitable> awaitables) {
  using T = typename Awaitable::value_type;
  std::vector<detail::Outcome<T>> outcomes(awaitables.size());
  detail::Gate gate(awaitables.size());
  std::vector<detail::Worker> children;
  children.reserve(awaitables.size());
  for (std::size_t i = 0; i < awaitables.size(); ++i)
    children.push_back(detail::drive(std::move(awaitables[i]), &outcomes[i], detail::LeaveGate(&gate)));
  detail::StartAll all(&children, &gate);
  co_await all;
  for (auto& outcome : outcomes) outcome.rethrow();
  std::vector<detail::ValueOrUnit<T>> values;
  values.reserve(outcomes.size());
  for (auto& outcome : outcomes) values.push_back(outcome.take());
  co_return values;
}

}  // namespace fastccg

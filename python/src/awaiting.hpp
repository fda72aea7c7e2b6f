#pragma once

#include <memory>
#include <utility>

#include "hub.hpp"
#include "instance.hpp"

namespace fastccg::python {

/// The place in an awaitable where a task is parked: the future that it waits for, and what resolves that.
class Parked {
 public:
  Parked() = default;

  bool is() const noexcept { return static_cast<bool>(future_); }

  /// Finds the event loop that runs on this thread. Raises `RuntimeError` if there is none.
  ///
  /// Called before anything is sent, since the first time takes a while: Python hears of a Ctrl-C that comes just as the loop
  /// goes to sleep only when something else wakes the loop, and programs that interrupt others do so when a request arrives.
  void find_loop(State& state) { hub_ = running_hub(state); }
  bool has_loop() const noexcept { return static_cast<bool>(hub_); }

  /// Yields a future of the running event loop that is resolved when `pending` is ready.
  Ref park(State& state, detail::Pending& pending) {
    find_loop(state);
    if (!completion_) completion_ = std::make_shared<Completion>();
    future_ = data<Hub>(hub_.get()).expect(state, pending, completion_);
    check(PyObject_SetAttr(future_.get(), state.future_blocking.get(), Py_True));
    return future_;
  }

  /// Whether a task waits here now; one that was cancelled does not.
  bool waits(State& state) const {
    const Ref future = future_;
    if (!future) return false;
    const auto done = own(PyObject_CallMethodObjArgs(future.get(), state.done.get(), nullptr));
    const int truth = PyObject_IsTrue(done.get());
    check(truth);
    return truth == 0;
  }

  /// The task goes on. Throws `Raised` if that is not because the future is done.
  void unpark(State& state) {
    if (waits(state)) raise(PyExc_RuntimeError, "await wasn't used with future");
    future_.reset();
  }

  /// The task goes elsewhere, and is not to be woken.
  void leave(detail::Pending& pending) noexcept {
    if (!future_) return;
    pending.forget_waiter();
    if (hub_) data<Hub>(hub_.get()).forget(*completion_);
    // The same completion may stand in the queue still.
    completion_.reset();
    future_.reset();
  }

  /// The task goes on, since what it waits for has been ended. It may be one of another thread's loop, whose futures this
  /// thread may not resolve.
  void wake(detail::Pending& pending) {
    if (!future_) return;
    if (hub_) data<Hub>(hub_.get()).wake(*completion_);
    leave(pending);
  }

  int traverse(visitproc visit, void* arg) {
    Py_VISIT(hub_.get());
    Py_VISIT(future_.get());
    return 0;
  }

 private:
  Ref hub_;
  Ref future_;
  std::shared_ptr<Completion> completion_;
};

/// Raises the exception that a coroutine was told to raise at its `await`, as `throw` of an awaitable does.
[[noreturn]] inline void rethrow(PyObject* const* arguments, Py_ssize_t count) {
  if (count < 1 || count > 3) raise(PyExc_TypeError, "throw() takes an exception");
  auto* const first = arguments[0];
  auto* const value = count > 1 && arguments[1] != Py_None ? arguments[1] : nullptr;
  if (PyType_Check(first))
    PyErr_SetObject(first, value);
  else
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(first)), first);
  throw Raised();
}

/// Makes a function that throws and tells how a step of an awaitable ended into one that the C API can call.
/// It returns what is yielded or, with `finished` set, what is returned.
template <Ref (*Step)(PyObject* self, bool& finished)>
class AwaitableSlots {
 public:
  static PySendResult send(PyObject* self, PyObject*, PyObject** result) {
    bool finished = false;
    *result = Guarded<guarded>::call(self, &finished);
    if (!*result) return PYGEN_ERROR;
    return finished ? PYGEN_RETURN : PYGEN_NEXT;
  }

  /// The same for callers that know iterators only.
  static PyObject* next(PyObject* self) {
    PyObject* result = nullptr;
    const auto how = send(self, Py_None, &result);
    if (how != PYGEN_RETURN) return result;
    // An instance made by hand, since a value that is a tuple or an exception would be taken apart.
    const auto value = Ref::steal(result);
    const auto stop = Ref::steal(PyObject_CallFunctionObjArgs(PyExc_StopIteration, value.get(), nullptr));
    if (stop) PyErr_SetObject(PyExc_StopIteration, stop.get());
    return nullptr;
  }

 private:
  static Ref guarded(PyObject* self, bool* finished) { return Step(self, *finished); }
};

}  // namespace fastccg::python

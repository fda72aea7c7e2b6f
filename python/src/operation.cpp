#include "operation.hpp"

#include <memory>
#include <utility>

#include "awaiting.hpp"
#include "fork.hpp"
#include "instance.hpp"

namespace fastccg::python {

namespace {

/// A call that a coroutine awaits, once.
class Call {
 public:
  Call(std::shared_ptr<detail::Pending> pending, TakeResult take, Ref owner)
      : pending_(std::move(pending)), take_(take), owner_(std::move(owner)) {}
  Call(Call&&) noexcept = default;
  ~Call() { cancel(); }

  Ref step(State& state, bool& finished) {
    if (!pending_) raise(PyExc_RuntimeError, "this call was awaited already; make a new one");
    pending_.check_same_process();
    if (parked_.is()) {
      parked_.unpark(state);
    } else {
      parked_.find_loop(state);
      pending_->start();
    }
    if (!pending_->ready()) return parked_.park(state, *pending_);
    finished = true;
    const auto pending = pending_.take();
    return take_(state, *pending);
  }

  void cancel() noexcept {
    if (!pending_) return;
    const auto pending = pending_.take();
    if (!pending) return;  // it belongs to the parent of this process
    parked_.leave(*pending);
    pending->cancel();
  }

  int traverse(visitproc visit, void* arg) {
    Py_VISIT(owner_.get());
    return parked_.traverse(visit, arg);
  }
  void clear() noexcept { cancel(); }

 private:
  OfThisProcess<detail::Pending> pending_;
  TakeResult take_;
  Ref owner_;  ///< Whose filter it calls.
  Parked parked_;
};

Ref call_step(PyObject* self, bool& finished) {
  return exclusively(self, [&] { return data<Call>(self).step(state_of_type(self), finished); });
}

Ref call_cancel(PyObject* self, PyObject*) {
  return exclusively(self, [&] {
    data<Call>(self).cancel();
    return none();
  });
}

/// A task that is cancelled gives up the call.
Ref call_throw(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  call_cancel(self, nullptr);
  rethrow(arguments, count);
}

}  // namespace

Ref make_operation_type(PyObject* module) {
  static PyMethodDef methods[] = {without_arguments<call_cancel>("close", "Cancels the call if it is under way."),
                                  with_arguments<call_throw>("throw", "Cancels the call and raises the exception."),
                                  end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Call>),
                                slot(Py_tp_traverse, traverse<Call>),
                                slot(Py_tp_clear, clear<Call>),
                                slot(Py_tp_methods, methods),
                                slot(Py_am_await, itself),
                                slot(Py_am_send, AwaitableSlots<call_step>::send),
                                slot(Py_tp_iter, itself),
                                slot(Py_tp_iternext, AwaitableSlots<call_step>::next),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<Call>("fastccg._core.Operation", collected_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_call(State& state, std::shared_ptr<detail::Pending> pending, TakeResult take, Ref owner) {
  return make(as_type(state.operation_type), Call(std::move(pending), take, std::move(owner)));
}

}  // namespace fastccg::python

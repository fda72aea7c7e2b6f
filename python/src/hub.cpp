#include "hub.hpp"

#include <cstddef>
#include <utility>

#include <structmember.h>

#include "instance.hpp"

namespace fastccg::python {

Hub::Hub(Ref loop) : loop_(std::move(loop)), shared_(std::make_unique<Shared>()) {}

Hub::~Hub() {
  if (shared_) shared_->completions->close();
}

Ref Hub::expect(State& state, detail::Pending& pending, const std::shared_ptr<Completion>& completion) {
  auto future = own(PyObject_CallMethodObjArgs(loop_.get(), state.create_future.get(), nullptr));
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->futures.emplace(completion.get(), future);
  }
  try {
    pending.notify(completion, shared_->completions);
  } catch (...) {
    forget(*completion);
    throw;
  }
  return future;
}

Ref Hub::take(const Resumable* completion) noexcept {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->futures.find(completion);
  if (found == shared_->futures.end()) return Ref();
  Ref future = std::move(found->second);
  shared_->futures.erase(found);
  return future;
}

void Hub::forget(const Completion& completion) noexcept { take(&completion); }

void Hub::wake(const Completion& completion) {
  // A new one, since the old one may stand in the queue already.
  const auto posted = std::make_shared<Completion>();
  {
    const std::lock_guard lock(shared_->mutex);
    auto future = shared_->futures.extract(&completion);
    if (!future) return;
    future.key() = posted.get();
    shared_->futures.insert(std::move(future));
  }
  shared_->completions->post(posted);
}

void Hub::drain(State& state) {
  bool failed = false;
  shared_->completions->take([&](const std::shared_ptr<Resumable>& completion) {
    const Ref future = take(completion.get());
    if (!future) return;
    const auto done = Ref::steal(PyObject_CallMethodObjArgs(future.get(), state.done.get(), nullptr));
    if (done && PyObject_IsTrue(done.get()) != 0) return;  // cancelled
    const auto set =
        done ? Ref::steal(PyObject_CallMethodObjArgs(future.get(), state.set_result.get(), Py_None, nullptr)) : Ref();
    if (set) return;
    // The others shall hear of their answers all the same.
    PyErr_WriteUnraisable(future.get());
    failed = true;
  });
  if (failed) PyErr_Clear();
}

int Hub::traverse(visitproc visit, void* arg) {
  Py_VISIT(loop_.get());
  const std::lock_guard lock(shared_->mutex);
  for (const auto& [completion, future] : shared_->futures) Py_VISIT(future.get());
  return 0;
}

void Hub::clear() noexcept {
  Futures futures;
  {
    const std::lock_guard lock(shared_->mutex);
    futures.swap(shared_->futures);
  }
  loop_.reset();
}

namespace {

Ref hub_of_loop(PyObject* type, PyObject* loop) {
  return make(reinterpret_cast<PyTypeObject*>(type), Hub(share(loop)));
}

Ref hub_drain(PyObject* self, PyObject*) {
  const Ref alive = share(self);  // the loop may be closed from inside
  data<Hub>(self).drain(state_of_type(self));
  return none();
}

Ref hub_fileno(PyObject* self, PyObject*) { return own(PyLong_FromLong(data<Hub>(self).descriptor())); }

Ref hub_loop(PyObject* self, void*) {
  const auto& loop = data<Hub>(self).loop();
  return loop ? loop : none();
}

}  // namespace

Ref make_hub_type(PyObject* module) {
  static PyMethodDef of_loop = with_argument<hub_of_loop>("of", "A hub for an event loop.");
  of_loop.ml_flags |= METH_CLASS;
  static PyMethodDef methods[] = {of_loop, without_arguments<hub_drain>("drain", "Resolves what has become ready."),
                                  without_arguments<hub_fileno>("fileno", "The descriptor that the loop watches."),
                                  end_of_methods()};
  static PyGetSetDef getters[] = {getter<hub_loop>("loop", "The event loop."), end_of_getters()};
  static PyMemberDef members[] = {
      {"__weaklistoffset__", T_PYSSIZET, static_cast<Py_ssize_t>(sizeof(PyObject)), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Hub>),
                                slot(Py_tp_traverse, traverse<Hub>),
                                slot(Py_tp_clear, clear<Hub>),
                                slot(Py_tp_methods, methods),
                                slot(Py_tp_getset, getters),
                                slot(Py_tp_members, members),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<Hub>("fastccg._core.Hub", collected_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref running_hub(State& state) {
  Ref function;
  {
    const std::lock_guard lock(state.first_use);
    function = state.running_hub;
  }
  if (!function) {
    const auto module = own(PyImport_ImportModule("fastccg._loop"));
    function = own(PyObject_GetAttrString(module.get(), "running_hub"));
    const std::lock_guard lock(state.first_use);
    state.running_hub = function;
  }
  return own(PyObject_CallObject(function.get(), nullptr));
}

}  // namespace fastccg::python

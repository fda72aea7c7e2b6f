#pragma once

/// Python objects that hold a C++ value. All access to the inside of an object goes through `data`.

#include <concepts>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include "python.hpp"

namespace fastccg::python {

template <class T>
struct Instance {
  PyObject_HEAD PyObject* weak_references;
  T value;
};

template <class T>
T& data(PyObject* object) noexcept {
  return reinterpret_cast<Instance<T>*>(object)->value;
}

/// Values that refer to Python objects say so, for the garbage collector.
template <class T>
concept Traversed = requires(T& value, visitproc visit, void* argument) {
  { value.traverse(visit, argument) } -> std::same_as<int>;
  value.clear();
};

template <class T>
Ref make(PyTypeObject* type, T value) {
  static_assert(std::is_nothrow_move_constructible_v<T>);
  auto object = own(PyType_GenericAlloc(type, 0));
  new (&data<T>(object.get())) T(std::move(value));
  return object;
}

template <class T>
void deallocate(PyObject* self) {
  auto* const type = Py_TYPE(self);
  if constexpr (Traversed<T>) PyObject_GC_UnTrack(self);
  if (reinterpret_cast<Instance<T>*>(self)->weak_references) PyObject_ClearWeakRefs(self);
  data<T>(self).~T();
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

template <class T>
int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  return data<T>(self).traverse(visit, arg);
}

template <class T>
int clear(PyObject* self) {
  data<T>(self).clear();
  return 0;
}

/// Calls a function that uses what is inside `object`, which several threads may do at once. With a GIL that is what keeps
/// them apart; without, the object's own lock does, and is free while the thread waits detached, as the GIL is. It must be
/// held wherever an awaitable's or a stream's state is read or changed. It is no guard object, for the reason that
/// `detached` is none.
template <class Function>
auto exclusively([[maybe_unused]] PyObject* object, Function function) {
#ifdef Py_GIL_DISABLED
  std::exception_ptr failure;
  decltype(function()) result{};
  PyCriticalSection section;
  PyCriticalSection_Begin(&section, object);
  try {
    result = function();
  } catch (const Raised&) {
    failure = std::current_exception();
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  PyCriticalSection_End(&section);
  if (failure) std::rethrow_exception(failure);
  return result;
#else
  return function();
#endif
}

inline PyObject* itself(PyObject* self) {
  Py_INCREF(self);
  return self;
}

/// Flags of all types of this module: made by it alone, and not to be derived from.
constexpr unsigned plain_type = Py_TPFLAGS_DEFAULT | (1UL << 7);  // Py_TPFLAGS_DISALLOW_INSTANTIATION
constexpr unsigned collected_type = plain_type | Py_TPFLAGS_HAVE_GC;

template <class T>
PyType_Spec type_spec(const char* name, unsigned flags, PyType_Slot* slots) {
  return {name, static_cast<int>(sizeof(Instance<T>)), 0, flags, slots};
}

}  // namespace fastccg::python

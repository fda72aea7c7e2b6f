#pragma once

/// The C API of Python with owners and exceptions: what all sources of the module begin with.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <exception>
#include <new>
#include <utility>

#include "fastccg/error.hpp"

namespace fastccg::python {

/// Python's error indicator is set: the caller of the C function shall hear of it.
class Raised {};

/// A reference to a Python object, or null. It counts, so it is copied and destroyed only by a thread that is attached to
/// the interpreter, and none is alive on the stack while a thread waits detached (see `Detached`).
class Ref {
 public:
  Ref() noexcept = default;
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref(const Ref& other) noexcept : object_(other.object_) { Py_XINCREF(object_); }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }

  /// Takes over a reference that the caller owns.
  static Ref steal(PyObject* object) noexcept {
    Ref ref;
    ref.object_ = object;
    return ref;
  }

  PyObject* get() const noexcept { return object_; }
  PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  void reset() noexcept { Py_XDECREF(std::exchange(object_, nullptr)); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// What a function of the C API returned as a new reference. Throws `Raised` if that is null.
inline Ref own(PyObject* object) {
  if (!object) throw Raised();
  return Ref::steal(object);
}

/// One more reference to an object that is borrowed.
inline Ref share(PyObject* object) noexcept {
  Py_XINCREF(object);
  return Ref::steal(object);
}

inline Ref none() noexcept { return share(Py_None); }

/// Checks what a function of the C API returned as a status.
inline void check(int status) {
  if (status < 0) throw Raised();
}

/// Raises a Python exception of a built-in type.
[[noreturn]] inline void raise(PyObject* type, const char* message) {
  PyErr_SetString(type, message);
  throw Raised();
}

/// Sets Python's error indicator to the exception of `fastccg.errors` that stands for `error`.
void set_raised(const Error& error);

/// A Python exception that passes through the library, as C++ code sees it.
class PassingException : public std::exception {
 public:
  /// Sets Python's error indicator to it.
  virtual void set_raised() const = 0;
};

/// Makes a function that throws and returns a `Ref` into one that the C API can call.
/// It names what it catches: an interpreter that ends may unwind a thread which waits for it (`pthread_exit`), and that
/// must pass.
template <auto Function>
class Guarded;

template <class... Args, Ref (*Function)(Args...)>
class Guarded<Function> {
 public:
  static PyObject* call(Args... args) {
    try {
      return Function(args...).release();
    } catch (const Raised&) {
    } catch (const FastCCGError& error) {
      set_raised(error.error());
    } catch (const PassingException& exception) {
      exception.set_raised();
    } catch (const std::bad_alloc&) {
      PyErr_NoMemory();
    } catch (const std::exception& error) {
      PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
  }
};

/// Entries of method tables.
template <auto Function>
PyMethodDef without_arguments(const char* name, const char* doc) {
  return {name, Guarded<Function>::call, METH_NOARGS, doc};
}
template <auto Function>
PyMethodDef with_argument(const char* name, const char* doc) {
  return {name, Guarded<Function>::call, METH_O, doc};
}
/// For a function of (self, arguments, how many).
template <auto Function>
PyMethodDef with_arguments(const char* name, const char* doc) {
  using Generic = void (*)();
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<Generic>(Guarded<Function>::call)), METH_FASTCALL, doc};
}
inline PyMethodDef end_of_methods() { return {nullptr, nullptr, 0, nullptr}; }

template <auto Function>
PyGetSetDef getter(const char* name, const char* doc) {
  return {name, Guarded<Function>::call, nullptr, doc, nullptr};
}
inline PyGetSetDef end_of_getters() { return {nullptr, nullptr, nullptr, nullptr, nullptr}; }

template <class Pointer>
PyType_Slot slot(int id, Pointer value) {
  return {id, reinterpret_cast<void*>(value)};
}
inline PyType_Slot slot(int id, const char* text) { return {id, const_cast<char*>(text)}; }
inline PyType_Slot end_of_slots() { return {0, nullptr}; }

/// Calls a function that blocks and knows nothing of Python, while other threads run. No `Ref` is alive on the stack
/// above it: an interpreter that ends may unwind the thread from here (`pthread_exit`), for which reason this is no guard
/// object either, whose destructor could not let that pass.
template <class Function>
void detached(Function function) {
  std::exception_ptr failure;
  auto* const thread = PyEval_SaveThread();
  try {
    function();
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  PyEval_RestoreThread(thread);
  if (failure) std::rethrow_exception(failure);
}

/// For functions that take a fixed number of positional arguments.
inline void check_count(const char* function, Py_ssize_t given, Py_ssize_t wanted) {
  if (given == wanted) return;
  PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments, not %zd", function, wanted, given);
  throw Raised();
}

}  // namespace fastccg::python

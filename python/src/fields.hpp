#pragma once

#include <string>

#include "convert.hpp"

namespace fastccg::python {

/// A dict that the package's Python part has put together for this one to read. A value of None counts as absent.
class Fields {
 public:
  /// `dict` is borrowed, and outlives this.
  explicit Fields(PyObject* dict) : dict_(dict) {
    if (!PyDict_Check(dict)) raise_wrong_type(dict, "this", "a dict");
  }

  /// Borrowed; null if it is absent.
  PyObject* find(const char* name) const noexcept {
    auto* const value = PyDict_GetItemString(dict_, name);
    return value == Py_None ? nullptr : value;
  }
  /// Empty if it is absent.
  std::string text(const char* name) const {
    auto* const value = find(name);
    return value ? to_text(value, name) : std::string();
  }
  std::string bytes(const char* name) const {
    auto* const value = find(name);
    return value ? to_bytes(value, name) : std::string();
  }
  bool flag(const char* name) const { return is_true(find(name)); }

  static bool is_true(PyObject* value) {
    const int truth = value ? PyObject_IsTrue(value) : 0;
    check(truth);
    return truth != 0;
  }

 private:
  PyObject* dict_;
};

}  // namespace fastccg::python

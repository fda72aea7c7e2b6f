#include "convert.hpp"

#include <algorithm>
#include <climits>
#include <cmath>

namespace fastccg::python {

void raise_wrong_type(PyObject* object, const char* what, const char* wanted) {
  const auto type = own(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(object)), "__name__"));
  PyErr_Format(PyExc_TypeError, "%s must be %s, not %U", what, wanted, type.get());
  throw Raised();
}

Ref to_python(std::string_view text) {
  return own(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

Ref to_python(std::int64_t value) { return own(PyLong_FromLongLong(value)); }
Ref to_python(double value) { return own(PyFloat_FromDouble(value)); }

Ref bytes_to_python(std::string_view bytes) {
  return own(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

std::string to_text(PyObject* object, const char* what) {
  if (!PyUnicode_Check(object)) raise_wrong_type(object, what, "a str");
  Py_ssize_t size = 0;
  if (const char* text = PyUnicode_AsUTF8AndSize(object, &size))
    return std::string(text, static_cast<std::size_t>(size));
  if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) throw Raised();
  PyErr_Clear();
  throw_error(Error(ErrorKind::usage, std::string(what) + " has a lone surrogate, which UTF-8 cannot express; "
                                                          "text.encode('utf-8', 'replace').decode() removes it"));
}

std::string to_path(PyObject* object, const char* what) {
  if (!PyUnicode_Check(object)) raise_wrong_type(object, what, "a str");
  const auto bytes = Ref::steal(PyUnicode_EncodeFSDefault(object));
  if (bytes) return to_bytes(bytes.get(), what);
  if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) throw Raised();
  PyErr_Clear();
  throw_error(Error(ErrorKind::usage, std::string(what) + " has characters that no name of a file can have"));
}

std::string to_bytes(PyObject* object, const char* what) {
  if (!PyBytes_Check(object) && !PyByteArray_Check(object) && !PyMemoryView_Check(object))
    raise_wrong_type(object, what, "bytes");
  const auto bytes = own(PyBytes_FromObject(object));
  char* data = nullptr;
  Py_ssize_t size = 0;
  check(PyBytes_AsStringAndSize(bytes.get(), &data, &size));
  return std::string(data, static_cast<std::size_t>(size));
}

std::int64_t to_integer(PyObject* object, const char* what) {
  if (!PyLong_Check(object)) raise_wrong_type(object, what, "an int");
  int overflow = 0;
  const auto value = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (value == -1 && PyErr_Occurred()) throw Raised();
  if (overflow != 0) throw_error(Error(ErrorKind::usage, std::string(what) + " is too large a number"));
  return value;
}

int to_int(PyObject* object, const char* what) {
  const auto value = to_integer(object, what);
  if (value < INT_MIN || value > INT_MAX)
    throw_error(Error(ErrorKind::usage, std::string(what) + " is too large a number"));
  return static_cast<int>(value);
}

double to_real(PyObject* object, const char* what) {
  if (!PyFloat_Check(object) && !PyLong_Check(object)) raise_wrong_type(object, what, "a number");
  const double value = PyFloat_AsDouble(object);
  if (value != -1 || !PyErr_Occurred()) return value;
  if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw Raised();
  PyErr_Clear();
  throw_error(Error(ErrorKind::usage, std::string(what) + " is too large a number"));
}

std::chrono::milliseconds to_duration(PyObject* object, const char* what) {
  constexpr double longest = 366.0 * 24 * 3600;
  const double seconds = to_real(object, what);
  if (std::isnan(seconds) || seconds < 0)
    throw_error(Error(ErrorKind::usage, std::string(what) + " must be a number of seconds, zero or more"));
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(std::min(seconds, longest) * 1000)));
}

std::size_t to_size(PyObject* object, const char* what) {
  const auto value = to_integer(object, what);
  if (value < 0) throw_error(Error(ErrorKind::usage, std::string(what) + " must be zero or more"));
  return static_cast<std::size_t>(value);
}

}  // namespace fastccg::python

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "python.hpp"

namespace fastccg::python {

/// A Python string. Bytes that are not UTF-8 become U+FFFD.
Ref to_python(std::string_view text);
Ref to_python(std::int64_t value);
Ref to_python(double value);
inline Ref to_python(bool value) noexcept { return share(value ? Py_True : Py_False); }
inline Ref to_python(const char* text) { return to_python(std::string_view(text)); }
inline Ref to_python(const std::string& text) { return to_python(std::string_view(text)); }
inline Ref to_python(Ref object) noexcept { return object; }
/// In seconds.
template <class Rep, class Period>
Ref to_python(std::chrono::duration<Rep, Period> value) {
  return to_python(std::chrono::duration<double>(value).count());
}
/// Absent becomes None.
template <class T>
Ref to_python(const std::optional<T>& value) {
  return value ? to_python(*value) : none();
}
Ref bytes_to_python(std::string_view bytes);

/// Raises `TypeError`: "`what` must be `wanted`, not ...".
[[noreturn]] void raise_wrong_type(PyObject* object, const char* what, const char* wanted);

/// The text of a Python string. Raises `TypeError` for anything else, and throws `UsageError` for a lone surrogate,
/// which UTF-8 cannot express. `what` is the name of the value, for the message.
std::string to_text(PyObject* object, const char* what);
/// The name of a file: a str, with whatever bytes the file system has as `os.fsdecode` gives them.
std::string to_path(PyObject* object, const char* what);
/// The content of an object with a buffer, such as bytes. Raises `TypeError` for anything else.
std::string to_bytes(PyObject* object, const char* what);
std::int64_t to_integer(PyObject* object, const char* what);
int to_int(PyObject* object, const char* what);
double to_real(PyObject* object, const char* what);
/// From seconds. Throws `UsageError` for what is less than zero or no number.
std::chrono::milliseconds to_duration(PyObject* object, const char* what);
/// Throws `UsageError` for what is less than zero.
std::size_t to_size(PyObject* object, const char* what);

/// A dict that is filled field by field.
class Dict {
 public:
  Dict() : dict_(own(PyDict_New())) {}

  template <class T>
  Dict& set(const char* name, const T& value) {
    const auto object = to_python(value);
    check(PyDict_SetItemString(dict_.get(), name, object.get()));
    return *this;
  }
  Ref take() noexcept { return std::move(dict_); }

 private:
  Ref dict_;
};

/// A list of what `convert` makes of each element.
template <class Range, class Convert>
Ref to_list(const Range& range, Convert convert) {
  auto list = own(PyList_New(0));
  for (const auto& element : range) {
    const Ref object = convert(element);
    check(PyList_Append(list.get(), object.get()));
  }
  return list;
}

/// Calls `use` with each element of a list or tuple, borrowed. Raises `TypeError` for anything else.
template <class Use>
void each(PyObject* sequence, const char* what, Use use) {
  if (!PyList_Check(sequence) && !PyTuple_Check(sequence)) raise_wrong_type(sequence, what, "a list");
  const auto copy = own(PySequence_Tuple(sequence));
  for (Py_ssize_t i = 0; i < PyTuple_Size(copy.get()); ++i) use(PyTuple_GetItem(copy.get(), i));
}

}  // namespace fastccg::python

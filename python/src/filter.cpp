#include "filter.hpp"

#include <memory>
#include <utility>

#include "convert.hpp"
#include "error.hpp"

namespace fastccg::python {

namespace {

std::string filtered(PyObject* callable, const std::string& text) {
  const auto before = to_python(text);
  const auto after = own(PyObject_CallFunctionObjArgs(callable, before.get(), nullptr));
  return to_text(after.get(), "what a reply filter returns");
}

}  // namespace

std::function<std::string(std::string)> to_filter(State& state, PyObject* callable) {
  if (callable == Py_None) return {};
  if (PyCallable_Check(callable) == 0) raise_wrong_type(callable, "a reply filter", "a function");
  auto held = std::make_shared<BuriedRef>(state.graveyard, share(callable));
  return [held = std::move(held), graveyard = state.graveyard](std::string text) {
    try {
      return filtered(held->get(), text);
    } catch (const Raised&) {
      throw PythonException(graveyard);
    }
  };
}

}  // namespace fastccg::python

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

std::shared_ptr<BuriedRef> to_held_filter(State& state, PyObject* callable) {
  if (callable == Py_None) return nullptr;
  if (PyCallable_Check(callable) == 0) raise_wrong_type(callable, "a reply filter", "a function");
  return std::make_shared<BuriedRef>(state.graveyard, share(callable));
}

std::function<std::string(std::string)> to_filter(State& state, std::shared_ptr<BuriedRef> held) {
  if (!held) return {};
  return [held = std::move(held), graveyard = state.graveyard](std::string text) {
    try {
      return filtered(held->get(), text);
    } catch (const Raised&) {
      throw PythonException(graveyard);
    }
  };
}

}  // namespace fastccg::python

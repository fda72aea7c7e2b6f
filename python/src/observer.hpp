#pragma once

#include <memory>

#include "fastccg/observer.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_observer_type(PyObject* module);
Ref make_observer(State& state);
/// What stands for a Python observer in the library. Null if its thread has been told that no event will come any more: it
/// is of no use then.
std::shared_ptr<CallObserver> attach(State& state, PyObject* observer);
/// The same if the library has it, else null.
std::shared_ptr<CallObserver> attached(State& state, PyObject* observer);

/// Calls `function` with an event. What it raises is reported as Python reports what nobody can catch.
Ref tell(PyObject* function, PyObject* event);

}  // namespace fastccg::python

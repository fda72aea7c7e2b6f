#pragma once

#include <functional>
#include <memory>
#include <string>

#include "state.hpp"

namespace fastccg::python {

/// A Python callable that is to be a filter of replies; null from None.
std::shared_ptr<BuriedRef> to_held_filter(State& state, PyObject* callable);

/// The filter that it is; an empty one from null. The library calls it where a reply is taken, which this module does
/// attached to the interpreter. What it raises comes out there again.
std::function<std::string(std::string)> to_filter(State& state, std::shared_ptr<BuriedRef> held);

}  // namespace fastccg::python

#pragma once

#include <functional>
#include <string>

#include "state.hpp"

namespace fastccg::python {

/// A Python callable as a filter of replies; an empty one from None. The library calls it where a reply is taken, which
/// this module does attached to the interpreter. What it raises comes out there again.
std::function<std::string(std::string)> to_filter(State& state, PyObject* callable);

}  // namespace fastccg::python

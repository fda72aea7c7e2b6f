#pragma once

#include "fastccg/model.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_model_type(PyObject* module);
Ref make_model(State& state, fastccg::Model model);

}  // namespace fastccg::python

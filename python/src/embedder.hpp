#pragma once

#include "fastccg/embed.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_embedder_type(PyObject* module);
Ref make_embedder(State& state, fastccg::Embedder embedder);

}  // namespace fastccg::python

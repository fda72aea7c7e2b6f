#pragma once

#include "fastccg/reply.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_chunk_type(PyObject* module);
/// `provider` is a str that the chunk shares with its stream.
Ref make_chunk(State& state, const Chunk& chunk, const Ref& provider);

}  // namespace fastccg::python

#pragma once

#include "fastccg/reply.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_chunk_type(PyObject* module);
/// `provider` is a str that the chunk shares with its stream.
/// One that was pickled, from a dict of its attributes.
Ref chunk_from(State& state, PyObject* dict);
Ref make_chunk(State& state, const Chunk& chunk, const Ref& provider);

}  // namespace fastccg::python

#pragma once

#include "fastccg/stream.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_stream_type(PyObject* module);
Ref make_next_type(PyObject* module);
/// An iterator, synchronous and asynchronous, over chunks. `provider` is a str that they share. It keeps `owner` alive.
Ref make_stream(State& state, fastccg::Stream stream, const Ref& provider, Ref owner);

}  // namespace fastccg::python

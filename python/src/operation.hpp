#pragma once

#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_operation_type(PyObject* module);
/// An awaitable of a reply. Nothing is sent before it is awaited.
Ref make_operation(State& state, fastccg::Operation<Reply> operation);
/// Waits for the reply, blocking the calling thread.
Ref get_reply(State& state, fastccg::Operation<Reply> operation);

}  // namespace fastccg::python

#pragma once

#include "fastccg/reply.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_reply_type(PyObject* module);
Ref make_reply(State& state, Reply reply);

}  // namespace fastccg::python

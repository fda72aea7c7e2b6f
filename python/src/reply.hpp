#pragma once

#include <vector>

#include "fastccg/reply.hpp"
#include "state.hpp"

namespace fastccg::python {

Ref make_reply_type(PyObject* module);
Ref to_python(const Warning& warning);
Ref to_python(const std::vector<RateLimit>& limits);
Ref to_python(const Usage& usage);
Ref to_python(const Timings& timings);
Ref make_result(State& state, Reply reply);

}  // namespace fastccg::python

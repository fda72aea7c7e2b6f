#pragma once

#include "fastccg/catalog.hpp"
#include "python.hpp"

namespace fastccg::python {

/// A dict with the names of the fields.
Ref to_python(const ModelInfo& info);

/// What so many tokens cost by the prices of such a dict; `usage` is a dict too.
Ref cost_of(PyObject* model, PyObject* usage);

}  // namespace fastccg::python

#pragma once

#include "fastccg/catalog.hpp"
#include "python.hpp"

namespace fastccg::python {

/// A dict with the names of the fields.
Ref to_python(const ModelInfo& info);

}  // namespace fastccg::python

#pragma once

#include "fastccg/embed.hpp"
#include "fastccg/key.hpp"
#include "fastccg/model.hpp"
#include "fastccg/rate_limits.hpp"
#include "fastccg/settings.hpp"
#include "python.hpp"

namespace fastccg::python {

/// Settings from a dict that `fastccg/_settings.py` has put together, or None.
Settings to_settings(PyObject* object);
/// The same dict from settings: only what is set is in it.
Ref to_python(const Settings& settings);
EmbeddingSettings to_embedding_settings(PyObject* object);
/// From a dict with the names of its setters.
Endpoint to_endpoint(PyObject* object);
/// From a str; null and None are no key.
ApiKey to_key(PyObject* object);
/// From and to a dict with the names of its setters.
RateLimits to_rate_limits(PyObject* object);
Ref to_python(const RateLimits& limits);

}  // namespace fastccg::python

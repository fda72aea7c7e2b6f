#pragma once

#include "fastccg/message.hpp"
#include "python.hpp"

namespace fastccg::python {

/// A prompt from a str, or from the dict of a message (see `fastccg/parts.py`).
Prompt to_prompt(PyObject* object);
/// The dict of a message: role, parts (a list of dicts, each with its type), name, provider, model.
Ref to_python(const Message& message);
Ref to_python(const ToolCall& call);
Ref to_python(const Opaque& part);

}  // namespace fastccg::python

#pragma once

#include <memory>

#include "fastccg/operation.hpp"
#include "python.hpp"

namespace fastccg::python {

/// Blocks the calling thread until `pending` is ready, detached from the interpreter. On the main thread it hears signals:
/// when a handler raises, as that of Ctrl-C does, it cancels `pending` and throws `Raised`.
///
/// An interpreter that ends unwinds a thread which is in here (see `set_raised`). So neither a `Ref` nor a `catch (...)`
/// may stand on the stack above it.
void wait(const std::shared_ptr<detail::Pending>& pending);

}  // namespace fastccg::python

#pragma once

#include "core/request.hpp"
#include "protocols/dialect.hpp"

namespace fastccg::protocols::shared {

/// Throws `FastCCGError` (invalid_request) if the conversation ends with the beginning of an answer, and the model goes on
/// with none. An answer with opaque parts of the provider's own is another thing: that one it may have paused itself.
void check_prefill(const Request& request, const Dialect& dialect);

}  // namespace fastccg::protocols::shared

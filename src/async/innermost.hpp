#pragma once

#include <memory>

#include "fastccg/executor.hpp"

namespace fastccg::detail {

/// The executor of the innermost `run` of the calling thread; null outside of any.
std::shared_ptr<Executor> innermost_run();

}  // namespace fastccg::detail

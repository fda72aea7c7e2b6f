#pragma once

#include "fastccg/error.hpp"

namespace fastccg::embed {

/// Whether a request failed because it asked for too much at once, so that a part of it may succeed. The limits that are
/// known are guesses for servers of the user's own.
bool asks_for_less(const Error& error);

}  // namespace fastccg::embed

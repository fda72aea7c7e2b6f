#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/request.hpp"

namespace fastccg {

/// Roughly how many tokens the request and its answer will be counted as: four bytes of text to a token, a thousand for
/// anything that is no text, and what the answer may take if the request limits it, as providers count it, too.
std::int64_t estimate_tokens(const Request& request);

/// The same for texts that are turned into vectors.
std::int64_t estimate_tokens(std::span<const std::string> texts);

}  // namespace fastccg

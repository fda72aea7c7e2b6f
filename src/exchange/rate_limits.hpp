#pragma once

#include <chrono>
#include <vector>

#include "core/request.hpp"
#include "fastccg/rate_limit.hpp"

namespace fastccg {

/// What the headers of an answer that has just arrived say of rate limits, whichever provider's habits they follow:
/// `x-ratelimit-limit-requests` and the like, `anthropic-ratelimit-tokens-remaining` and the like, or one limit without
/// a name.
std::vector<RateLimit> rate_limits(const Headers& headers, std::chrono::system_clock::time_point now);

}  // namespace fastccg

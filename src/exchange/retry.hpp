#pragma once

#include <chrono>
#include <optional>

#include "core/request.hpp"
#include "fastccg/error.hpp"
#include "fastccg/settings.hpp"

namespace fastccg::retry {

using Delay = std::chrono::milliseconds;

/// How long an answer asks to wait before the next try: `retry-after-ms`, else `retry-after` (seconds or a date), else
/// the reset time of whichever rate limit is used up. A delay of zero or less counts as none.
std::optional<Delay> announced_delay(const Headers& headers, std::chrono::system_clock::time_point now);

/// Whether a failure may be gone the next time. `headers` are those of the answer, or null if there was none.
bool may_heal(const Error& error, const Headers* headers);

/// How long to wait before attempt number `attempts_made + 1`, or nothing if there must not be one. `random` is from
/// [0, 1). The error must have its `retryable` and `retry_after` filled in.
std::optional<Delay> next_delay(const Error& error, int attempts_made, const Retries& policy, double random);

}  // namespace fastccg::retry

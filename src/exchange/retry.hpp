#pragma once

#include <chrono>
#include <optional>

#include "core/request.hpp"
#include "fastccg/error.hpp"
#include "fastccg/settings.hpp"

namespace fastccg::retry {

using Delay = std::chrono::milliseconds;

/// How long a failed answer asks to wait before the next try, from the first of these that says so: `retry-after-ms`;
/// `retry-after`, in seconds or as a date; the body, which the protocol has read into the error's `retry_after`; the
/// reset of whichever rate limit is used up. A delay of zero or less counts as none, one of over a year as a year.
std::optional<Delay> announced_delay(const Error& error, const Headers& headers,
                                     std::chrono::system_clock::time_point now);

/// Whether a failure may be gone the next time. `headers` are those of the answer, or null if there was none.
bool may_heal(const Error& error, const Headers* headers);

/// How long to wait before attempt number `attempts_made + 1`, or nothing if there must not be one. `random` is from
/// [0, 1). The error must have its `retryable` and `retry_after` filled in. An announced delay is never shortened; up to
/// a tenth of it, and a second at most, is added at random.
std::optional<Delay> next_delay(const Error& error, int attempts_made, const Retries& policy, double random);

}  // namespace fastccg::retry

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/request.hpp"

namespace fastccg {

/// What an answer's headers say of one rate limit.
class RateWindow {
 public:
  enum class Counts { requests, tokens };

  explicit RateWindow(Counts counts_) : counts(counts_) {}

  Counts counts;
  std::optional<double> limit;                     ///< How much may be used from full to empty.
  std::optional<double> remaining;                 ///< How much of it is left. Never negative.
  std::optional<std::chrono::milliseconds> reset;  ///< Until it is full again. Never negative.
};

/// The rate limits in the headers, in any of the providers' dialects. Moments are counted from the server's own clock
/// (its `date` header) if it tells it, and from `now` if not.
std::vector<RateWindow> rate_windows(const Headers& headers, std::chrono::system_clock::time_point now);

/// Until a limit is full again, as a header says it: a duration, a moment in words, or seconds or milliseconds since
/// 1970. Never negative.
std::optional<std::chrono::milliseconds> rate_reset(const std::string& text, std::chrono::system_clock::time_point now);

/// The server's clock as its `date` header tells it, or `otherwise`.
std::chrono::system_clock::time_point server_clock(const Headers& headers,
                                                   std::chrono::system_clock::time_point otherwise);

}  // namespace fastccg

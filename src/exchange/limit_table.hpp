#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fastccg/rate_limits.hpp"

namespace fastccg {

/// The limits that users have set, by provider and model. From any thread.
class RateLimitTable {
 public:
  /// Changes whenever a limit is set or forgotten; 0 until one is set, so that who limits nothing pays nothing.
  static std::uint64_t version() noexcept;
  static std::optional<RateLimits> find(const std::string& provider, const std::string& model);
};

}  // namespace fastccg

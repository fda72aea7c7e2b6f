#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "exchange/observers.hpp"
#include "fastccg/settings.hpp"

namespace fastccg {

/// How a request travels, whatever it asks for.
class CallOptions {
 public:
  CallOptions() = default;
  /// What of the settings is about the way, with the defaults in place of what is not set.
  template <class AnySettings>
  explicit CallOptions(const AnySettings& settings)
      : timeouts(settings.timeouts().value_or(Timeouts())),
        retries(settings.retries().value_or(Retries())),
        limits(settings.limits().value_or(Limits())),
        extra_headers(settings.extra_headers().value_or(Settings::Pairs())) {}

  Timeouts timeouts;
  Retries retries;
  Limits limits;
  Settings::Pairs extra_headers;
  bool stream = false;  ///< Whether events are asked for.
  /// When the total deadline began to run; not set: when the call starts. For calls that are part of a larger one.
  std::optional<std::chrono::steady_clock::time_point> began;
  /// Calls of the same lane keep their order when they wait for their turn, and lanes take turns. Only an identity.
  const void* lane = nullptr;
  std::int64_t estimated_tokens = 0;  ///< What the call will cost, for `RateLimits`.
  CallObservers observers;
};

}  // namespace fastccg

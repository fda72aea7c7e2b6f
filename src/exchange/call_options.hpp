#pragma once

#include <chrono>
#include <optional>

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
};

}  // namespace fastccg

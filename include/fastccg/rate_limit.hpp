#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace fastccg {

/// What a provider's headers say of one of its rate limits. A number that was not sent is absent.
class RateLimit {
 public:
  RateLimit() = default;

  /// What is limited, in the provider's words: "requests", "tokens", "input-tokens", "tokens-minute", ...; empty if the
  /// provider knows one limit only.
  std::string name;
  std::optional<std::int64_t> limit;      ///< How much there is in a window.
  std::optional<std::int64_t> remaining;  ///< How much of it is left.
  /// How long it was, when the answer arrived, until the limit is as it was at first.
  std::optional<std::chrono::milliseconds> reset;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

}  // namespace fastccg

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fastccg {

/// How much may be asked of a model at a time. Calls that would exceed it wait for their turn, without a thread.
///
/// Those that wait are served in turns, conversation by conversation, and each conversation's calls in the order in which
/// they came; an attempt that is repeated goes before its conversation's other calls. Their total deadline goes on
/// (`Timeouts::total`), and they can be cancelled as ever. How long a call has waited is in `Timings::queued`.
///
/// An object of this class without any number set limits nothing of its own, but heeds what the provider says: the rate
/// limits in the headers of its answers, and the pause that it asks for when it turns a call away.
class RateLimits {
 public:
  RateLimits() = default;

  /// Calls under way at the same time: a call counts while one of its attempts is, not while it pauses. 0 sets no limit,
  /// as it does with the next two. Throws `UsageError` for less than 0, as they do. Default 0.
  RateLimits& concurrent(int calls);
  /// Requests in any 60 seconds. Each attempt counts. Default 0.
  RateLimits& requests_per_minute(std::int64_t requests);
  /// Tokens in any 60 seconds, of requests and answers together. They are estimated when a request is sent (four bytes of
  /// text to a token, and `Settings::max_tokens` if it is set) and corrected when the answer tells. A request that is
  /// larger than the limit is sent when nothing else has used it. Default 0.
  RateLimits& tokens_per_minute(std::int64_t tokens);
  /// How many calls may wait. One more fails at once with `RateLimited`, without having been sent. Default 1,000.
  RateLimits& queue(std::size_t calls);
  /// Whether the rate limits in the provider's answers count as well. Default true.
  RateLimits& heed_provider(bool value);

  int concurrent() const noexcept { return concurrent_; }
  std::int64_t requests_per_minute() const noexcept { return requests_per_minute_; }
  std::int64_t tokens_per_minute() const noexcept { return tokens_per_minute_; }
  std::size_t queue() const noexcept { return queue_; }
  bool heed_provider() const noexcept { return heed_provider_; }

  friend bool operator==(const RateLimits&, const RateLimits&) = default;

 private:
  int concurrent_ = 0;
  std::int64_t requests_per_minute_ = 0;
  std::int64_t tokens_per_minute_ = 0;
  std::size_t queue_ = 1000;
  bool heed_provider_ = true;
};

/// Sets the limits of "provider/model", or those of each model of "provider" that has none of its own, for the whole
/// process. Each model is counted for itself, and so is each key and each address. By default nothing is limited.
/// They count from the next call or attempt on that begins or ends there. Safe to call from any thread.
/// Throws `UsageError` for an unknown provider.
void set_rate_limits(std::string_view name, const RateLimits& limits);

/// The limits that hold for "provider/model" or "provider"; nothing if none do. Safe to call from any thread.
std::optional<RateLimits> rate_limits(std::string_view name);

/// Forgets all limits. Safe to call from any thread.
void clear_rate_limits();

}  // namespace fastccg

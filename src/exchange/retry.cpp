#include "exchange/retry.hpp"

#include <algorithm>
#include <cmath>

#include "exchange/header_time.hpp"
#include "exchange/rate_headers.hpp"

namespace fastccg::retry {

namespace {

using namespace std::chrono;

/// Callers who were turned away together shall not come back together.
constexpr double spread = 0.1;
constexpr Delay longest_spread{1000};

/// A delay of zero or less says nothing: honouring it would hammer a server that has just refused.
std::optional<Delay> if_positive(std::optional<Delay> delay) {
  return delay && delay->count() > 0 ? delay : std::nullopt;
}

bool status_may_heal(int status) {
  switch (status) {
    case 408:
    case 409:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return true;
    default: return status >= 520 && status <= 529;
  }
}

std::optional<Delay> asked_delay(const Headers& headers, system_clock::time_point now) {
  if (const auto* text = find_header(headers, "retry-after-ms"))
    if (const auto value = header_time::number(*text))
      if (const auto delay = if_positive(header_time::from_seconds(*value / 1000))) return delay;

  const auto* text = find_header(headers, "retry-after");
  if (!text) return std::nullopt;
  if (const auto value = header_time::number(*text)) return if_positive(header_time::from_seconds(*value));
  const auto when = header_time::http_date(*text);
  if (!when) return std::nullopt;
  return if_positive(header_time::from_seconds(duration<double>(*when - server_clock(headers, now)).count()));
}

std::optional<Delay> reset_delay(const Headers& headers, system_clock::time_point now) {
  std::optional<Delay> longest;
  for (const auto& window : rate_windows(headers, now))
    if (window.remaining == 0.0 && window.reset) longest = std::max(longest.value_or(Delay(0)), *window.reset);
  return if_positive(longest);
}

}  // namespace

std::optional<Delay> announced_delay(const Error& error, const Headers& headers, system_clock::time_point now) {
  if (const auto delay = asked_delay(headers, now)) return delay;
  if (const auto delay = if_positive(error.retry_after)) return std::min(*delay, header_time::from_seconds(1e12));
  return reset_delay(headers, now);
}

bool may_heal(const Error& error, const Headers* headers) {
  switch (error.kind) {
    // Waiting brings back neither credit, nor a model, nor a good certificate.
    case ErrorKind::quota_exhausted:
    case ErrorKind::model_unavailable:
    case ErrorKind::tls:
    case ErrorKind::cancelled:
    case ErrorKind::missing_key:
    case ErrorKind::session:
    case ErrorKind::usage: return false;
    default: break;
  }
  if (headers)
    if (const auto* advice = find_header(*headers, "x-should-retry")) {
      if (*advice == "true") return true;
      if (*advice == "false") return false;
    }
  switch (error.kind) {
    case ErrorKind::connection:
    case ErrorKind::stream_truncated:
    case ErrorKind::rate_limited:
    case ErrorKind::overloaded: return true;
    case ErrorKind::timeout: return error.deadline != Deadline::total;
    case ErrorKind::server: return error.status < 400 || status_may_heal(error.status);
    default: return status_may_heal(error.status);
  }
}

std::optional<Delay> next_delay(const Error& error, int attempts_made, const Retries& policy, double random) {
  if (!error.retryable || attempts_made >= policy.attempts()) return std::nullopt;
  if (error.retry_after) {
    if (*error.retry_after > policy.max_announced_delay()) return std::nullopt;
    const auto later = std::min<double>(spread * static_cast<double>(error.retry_after->count()),
                                        static_cast<double>(longest_spread.count()));
    return *error.retry_after + Delay(static_cast<std::int64_t>(later * random));
  }
  // Doubling stops long before it could overflow; the cap below decides anyway.
  const double doubled =
      static_cast<double>(policy.initial_delay().count()) * std::exp2(std::min(attempts_made - 1, 30));
  const double capped = std::min(doubled, static_cast<double>(policy.max_delay().count()));
  return Delay(static_cast<std::int64_t>(capped * (1.0 - 0.25 * random)));
}

}  // namespace fastccg::retry

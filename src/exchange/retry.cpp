#include "exchange/retry.hpp"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace fastccg::retry {

namespace {

using namespace std::chrono;

/// Longer than any provider means it; keeps arithmetic on hostile headers far from overflow.
constexpr double max_seconds = 365.0 * 24 * 3600;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Reads a plain decimal number at the start of `text` and removes it.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Delay> from_seconds(double value) {
  if (!(value > 0)) return std::nullopt;
  return Delay(static_cast<std::int64_t>(std::ceil(std::min(value, max_seconds) * 1000)));
}

std::optional<double> whole_number(std::string_view text) {
  text = trimmed(text);
  auto value = take_number(text);
  return text.empty() ? value : std::nullopt;
}

/// An HTTP date in the form that RFC 9110 prescribes: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Delay> from_date(const std::string& text, system_clock::time_point now) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  const auto when = system_clock::from_time_t(::timegm(&parts));
  return from_seconds(duration<double>(when - now).count());
}

/// A duration as Go writes it, "6m0s" or "12ms"; a bare number is seconds.
std::optional<Delay> from_go_duration(std::string_view text) {
  text = trimmed(text);
  double seconds = 0;
  while (!text.empty()) {
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    const auto unit_end = std::min(text.find_first_of("0123456789."), text.size());
    const auto unit = text.substr(0, unit_end);
    text.remove_prefix(unit_end);
    if (unit == "h")
      seconds += *value * 3600;
    else if (unit == "m")
      seconds += *value * 60;
    else if (unit == "s" || unit.empty())
      seconds += *value;
    else if (unit == "ms")
      seconds += *value / 1e3;
    else if (unit == "us" || unit == "µs")
      seconds += *value / 1e6;
    else
      return std::nullopt;
  }
  return from_seconds(seconds);
}

std::optional<Delay> exhausted_limit(const Headers& headers, const std::string& dimension) {
  const auto* remaining = find_header(headers, "x-ratelimit-remaining-" + dimension);
  const auto* reset = find_header(headers, "x-ratelimit-reset-" + dimension);
  if (!remaining || !reset || whole_number(*remaining) != 0.0) return std::nullopt;
  return from_go_duration(*reset);
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

}  // namespace

std::optional<Delay> announced_delay(const Headers& headers, system_clock::time_point now) {
  if (const auto* text = find_header(headers, "retry-after-ms"))
    if (const auto value = whole_number(*text))
      if (const auto delay = from_seconds(*value / 1000)) return delay;

  if (const auto* text = find_header(headers, "retry-after")) {
    const auto value = whole_number(*text);
    if (const auto delay = value ? from_seconds(*value) : from_date(*text, now)) return delay;
  }

  const auto requests = exhausted_limit(headers, "requests");
  const auto tokens = exhausted_limit(headers, "tokens");
  if (requests && tokens) return std::max(*requests, *tokens);
  return requests ? requests : tokens;
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
    return *error.retry_after;
  }
  // Doubling stops long before it could overflow; the cap below decides anyway.
  const double doubled =
      static_cast<double>(policy.initial_delay().count()) * std::exp2(std::min(attempts_made - 1, 30));
  const double capped = std::min(doubled, static_cast<double>(policy.max_delay().count()));
  return Delay(static_cast<std::int64_t>(capped * (1.0 - 0.25 * random)));
}

}  // namespace fastccg::retry

#include "exchange/rate_headers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "exchange/header_time.hpp"

namespace fastccg {

namespace {

using namespace std::chrono;
using Counts = RateWindow::Counts;

/// How a dialect names the headers of one limit. An empty name: it has no such header.
class Names {
 public:
  Counts counts;
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

constexpr auto dialects = std::to_array<Names>({
    // OpenAI, Azure, Groq and most of those who speak like them.
    {Counts::requests, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    {Counts::tokens, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    // Mistral; the window is a minute, and when it ends is not said.
    {Counts::requests, "x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", ""},
    {Counts::tokens, "x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute", ""},
    // OpenRouter and many a gateway.
    {Counts::requests, "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
    {Counts::requests, "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
     "anthropic-ratelimit-requests-reset"},
    {Counts::tokens, "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
     "anthropic-ratelimit-tokens-reset"},
    {Counts::tokens, "anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
     "anthropic-ratelimit-input-tokens-reset"},
    {Counts::tokens, "anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
     "anthropic-ratelimit-output-tokens-reset"},
});

std::optional<double> amount(const Headers& headers, std::string_view name) {
  const auto* text = name.empty() ? nullptr : find_header(headers, name);
  if (!text) return std::nullopt;
  const auto value = header_time::number(*text);
  if (!value || *value < 0) return std::nullopt;
  return value;
}

/// Nobody announces a pause of thirty years.
std::optional<milliseconds> reset_of(const std::string& text, system_clock::time_point now) {
  constexpr double epoch_seconds = 1e9;
  constexpr double epoch_milliseconds = 1e12;
  const auto since_epoch = duration<double>(now.time_since_epoch()).count();
  if (const auto value = header_time::number(text)) {
    if (*value >= epoch_milliseconds) return header_time::from_seconds(*value / 1000 - since_epoch);
    return header_time::from_seconds(*value >= epoch_seconds ? *value - since_epoch : *value);
  }
  if (const auto delay = header_time::go_duration(text)) return delay;
  auto when = header_time::internet_date(text);
  if (!when) when = header_time::http_date(text);
  if (!when) return std::nullopt;
  return header_time::from_seconds(duration<double>(*when - now).count());
}

}  // namespace

std::optional<milliseconds> rate_reset(const std::string& text, system_clock::time_point now) {
  const auto reset = reset_of(text, now);
  return reset ? std::optional(std::max(*reset, milliseconds(0))) : std::nullopt;
}

system_clock::time_point server_clock(const Headers& headers, system_clock::time_point otherwise) {
  const auto* text = find_header(headers, "date");
  return (text ? header_time::http_date(*text) : std::nullopt).value_or(otherwise);
}

std::vector<RateWindow> rate_windows(const Headers& headers, system_clock::time_point now) {
  now = server_clock(headers, now);
  std::vector<RateWindow> windows;
  for (const auto& names : dialects) {
    RateWindow window(names.counts);
    window.limit = amount(headers, names.limit);
    window.remaining = amount(headers, names.remaining);
    if (!window.remaining) continue;
    if (const auto* text = names.reset.empty() ? nullptr : find_header(headers, names.reset))
      window.reset = rate_reset(*text, now);
    windows.push_back(window);
  }
  return windows;
}

}  // namespace fastccg

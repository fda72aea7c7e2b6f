#include "exchange/rate_headers.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "exchange/header_time.hpp"
#include "exchange/rate_limits.hpp"

namespace fastccg {

namespace {

using namespace std::chrono;
using Counts = RateWindow::Counts;

/// What a limit of that name counts; nothing if it is about other things, such as images.
std::optional<Counts> counts_of(std::string_view name) {
  if (name.find("token") != std::string_view::npos) return Counts::tokens;
  if (name.empty() || name.find("req") != std::string_view::npos) return Counts::requests;
  return std::nullopt;
}

std::optional<double> as_double(std::optional<std::int64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
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
  std::vector<RateWindow> windows;
  for (const auto& limit : rate_limits(headers, now)) {
    const auto counts = counts_of(limit.name);
    if (!counts || !limit.remaining) continue;
    auto& window = windows.emplace_back(*counts);
    window.limit = as_double(limit.limit);
    window.remaining = as_double(limit.remaining);
    window.reset = limit.reset;
  }
  return windows;
}

}  // namespace fastccg

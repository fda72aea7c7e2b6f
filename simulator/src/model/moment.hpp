#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fastccg::sim {

using Moment = std::chrono::system_clock::time_point;

/// A time as OpenAI writes it, such as "6m0s", "1.5s" or "12ms"; a mere number is seconds. Empty if it is none, or longer
/// than a thousand days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "Wed, 01 Jan 2126 00:00:00 GMT".
std::string http_date(Moment moment);
/// "2126-01-01T00:00:00Z".
std::string rfc3339(Moment moment);

}  // namespace fastccg::sim

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

/// Times as they stand in headers. What is not understood, and what is not a number, is nothing; what is absurdly long
/// is taken as a year, so that arithmetic on it stays far from overflow.
namespace fastccg::header_time {

using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::system_clock::time_point;

/// A plain decimal number, with nothing but blanks around it.
std::optional<double> number(std::string_view text);

/// A number of seconds, rounded up to the millisecond. May be zero or negative.
Milliseconds from_seconds(double value);

/// A duration as Go writes it, "6m0s" or "12ms"; a bare number is seconds.
std::optional<Milliseconds> go_duration(std::string_view text);

/// An HTTP date (RFC 9110, 5.6.7) in any of its three forms, whatever the locale is.
std::optional<TimePoint> http_date(std::string_view text);

/// A moment such as "2026-03-01T12:00:05.5Z" or with an offset, "+02:00" (RFC 3339).
std::optional<TimePoint> internet_date(std::string_view text);

}  // namespace fastccg::header_time

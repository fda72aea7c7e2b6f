#include "model/moment.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

namespace fastccg::sim {
namespace {

constexpr double longest = 1000.0 * 24 * 3600;

double seconds_in(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 6> units{
      {{"", 1}, {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
  for (const auto& [name, seconds] : units)
    if (name == unit) return seconds;
  return -1;
}

// Not by the library's own words, which follow the locale.
std::string written(Moment moment, const char* format) {
  const auto seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::string pattern(format);
  const auto put = [&pattern](std::string_view mark, const char* name) {
    if (const auto at = pattern.find(mark); at != std::string::npos) pattern.replace(at, mark.size(), name);
  };
  put("<day>", days[static_cast<std::size_t>(parts.tm_wday)]);
  put("<month>", months[static_cast<std::size_t>(parts.tm_mon)]);
  std::array<char, 64> buffer{};
  const auto size = std::strftime(buffer.data(), buffer.size(), pattern.c_str(), &parts);
  return {buffer.data(), size};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || !(number >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(unit.size());
    const auto seconds = seconds_in(unit);
    if (seconds < 0) return std::nullopt;
    total += number * seconds;
    if (!(total <= longest)) return std::nullopt;
  }
  return std::chrono::milliseconds(std::llround(total * 1000));
}

std::string http_date(Moment moment) { return written(moment, "<day>, %d <month> %Y %H:%M:%S GMT"); }

std::string rfc3339(Moment moment) { return written(moment, "%Y-%m-%dT%H:%M:%SZ"); }

}  // namespace fastccg::sim

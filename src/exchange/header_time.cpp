#include "exchange/header_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace fastccg::header_time {

namespace {

using namespace std::chrono;

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

/// A number of digits only.
std::optional<int> integer(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return value;
}

/// Removes what stands before the first of `ends`, and that character, and gives it as a number.
std::optional<int> take_field(std::string_view& text, std::string_view ends) {
  const auto length = std::min(text.find_first_of(ends), text.size());
  const auto value = integer(text.substr(0, length));
  text.remove_prefix(std::min(length + 1, text.size()));
  return value;
}

std::optional<int> month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin()) + 1;
}

std::optional<TimePoint> moment(std::optional<int> y, std::optional<int> m, std::optional<int> d, seconds of_day) {
  if (!y || !m || !d || *y > 9999) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  // The clock counts nanoseconds: times further apart than 292 years have no difference that it could hold.
  return std::clamp(sys_days(date), sys_days(year(1970) / 1 / 1), sys_days(year(2200) / 1 / 1)) + of_day;
}

/// "08:49:37"; a leap second counts as the next one.
std::optional<seconds> time_of_day(std::string_view text) {
  const auto h = take_field(text, ":");
  const auto m = take_field(text, ":");
  const auto s = integer(text.empty() ? "-" : text);
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(*s);
}

/// A year of two digits is the one that is at most 50 years ahead, counted from 2020: no newer server sends such.
int full_year(int value, std::size_t digits) { return digits > 2 ? value : value < 70 ? 2000 + value : 1900 + value; }

/// The words of a date; blanks, commas and dashes separate them. Nothing if there are more than six.
class Words {
 public:
  explicit Words(std::string_view text) {
    while (!text.empty()) {
      const auto length = std::min(text.find_first_of(" ,-"), text.size());
      if (length > 0 && count_++ < words_.size()) words_[count_ - 1] = text.substr(0, length);
      text.remove_prefix(std::min(length + 1, text.size()));
    }
  }
  std::size_t count() const { return count_; }
  std::string_view operator[](std::size_t i) const { return words_[i]; }

 private:
  std::array<std::string_view, 6> words_;
  std::size_t count_ = 0;
};

std::optional<TimePoint> date_of(std::string_view y, std::string_view m, std::string_view d, std::string_view time) {
  const auto of_day = time_of_day(time);
  auto year_number = integer(y);
  if (!of_day || !year_number) return std::nullopt;
  return moment(full_year(*year_number, y.size()), month_number(m), integer(d), *of_day);
}

}  // namespace

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  const auto value = take_number(text);
  return text.empty() ? value : std::nullopt;
}

Milliseconds from_seconds(double value) {
  return Milliseconds(static_cast<std::int64_t>(std::ceil(std::clamp(value, -max_seconds, max_seconds) * 1000)));
}

std::optional<Milliseconds> go_duration(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    const auto unit = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
    text.remove_prefix(unit.size());
    if (unit == "h")
      total += *value * 3600;
    else if (unit == "m")
      total += *value * 60;
    else if (unit == "s" || unit.empty())
      total += *value;
    else if (unit == "ms")
      total += *value / 1e3;
    else if (unit == "us" || unit == "µs")
      total += *value / 1e6;
    else if (unit == "ns")
      total += *value / 1e9;
    else
      return std::nullopt;
  }
  return from_seconds(total);
}

std::optional<TimePoint> http_date(std::string_view text) {
  const Words words(trimmed(text));
  // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT"
  if (words.count() == 6 && words[5] == "GMT") return date_of(words[3], words[2], words[1], words[4]);
  // "Sun Nov  6 08:49:37 1994"
  if (words.count() == 5) return date_of(words[4], words[1], words[2], words[3]);
  return std::nullopt;
}

std::optional<TimePoint> internet_date(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  auto date = text.substr(0, 10);
  const auto y = take_field(date, "-");
  const auto m = take_field(date, "-");
  const auto of_day = time_of_day(text.substr(11, 8));
  if (date.empty() || !of_day) return std::nullopt;
  auto when = moment(y, m, integer(date), *of_day);

  auto rest = text.substr(19);
  if (when && rest.front() == '.') {
    const auto digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    const auto fraction = number(rest.substr(0, digits));
    if (!fraction) return std::nullopt;
    *when += duration_cast<TimePoint::duration>(duration<double>(*fraction));
    rest.remove_prefix(digits);
  }
  if (!when || rest == "Z" || rest == "z") return when;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto h = integer(rest.substr(1, 2));
  const auto min = integer(rest.substr(4, 2));
  if (!h || !min) return std::nullopt;
  const auto offset = hours(*h) + minutes(*min);
  return rest[0] == '+' ? *when - offset : *when + offset;
}

}  // namespace fastccg::header_time

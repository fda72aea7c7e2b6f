#include "exchange/header_time.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <string>

namespace fastccg::header_time {
namespace {

using namespace std::chrono_literals;

const auto in_1994 = std::chrono::system_clock::from_time_t(784111777);  // 1994-11-06 08:49:37 UTC

TEST(HeaderTime, http_date_has_three_forms) {
  EXPECT_EQ(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), in_1994);
  EXPECT_EQ(http_date("Sunday, 06-Nov-94 08:49:37 GMT"), in_1994);
  EXPECT_EQ(http_date(" Sun Nov  6 08:49:37 1994 "), in_1994);
}

TEST(HeaderTime, http_date_is_english_in_every_locale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const auto* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"})
    if (std::setlocale(LC_ALL, name)) {
      EXPECT_EQ(http_date("Tue, 06 Dec 1994 08:49:37 GMT"), in_1994 + 30 * 24h) << name;
    }
  std::setlocale(LC_ALL, before.c_str());
}

TEST(HeaderTime, nonsense_is_no_date) {
  for (const auto* text : {"", "soon", "Sun, 06 Nov", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 99999 08:49:37 GMT", "a b c d e f g h",
                           "Sun, 06 Nov 1994 08:49 GMT", ", , , , , , ,"})
    EXPECT_EQ(http_date(text), std::nullopt) << text;
}

TEST(HeaderTime, internet_date_has_fraction_and_offset) {
  EXPECT_EQ(internet_date("1994-11-06T08:49:37Z"), in_1994);
  EXPECT_EQ(internet_date("1994-11-06T08:49:37.25Z"), in_1994 + 250ms);
  EXPECT_EQ(internet_date("1994-11-06T10:49:37+02:00"), in_1994);
  EXPECT_EQ(internet_date("1994-11-06T05:19:37-03:30"), in_1994);
  for (const auto* text : {"", "1994-11-06", "1994-11-06T08:49:37", "1994-13-06T08:49:37Z", "1994-11-06T08:49:37.xZ",
                           "1994-11-06T08:49:37+0200", "1994-11-06T08:49:37 UTC"})
    EXPECT_EQ(internet_date(text), std::nullopt) << text;
}

TEST(HeaderTime, dates_beyond_what_the_clock_can_count_are_long_ago_and_far_ahead) {
  const auto past = http_date("Mon, 01 Jan 0001 00:00:00 GMT");
  const auto future = internet_date("9999-12-31T23:59:59Z");
  ASSERT_TRUE(past && future);
  EXPECT_LT(*past, in_1994);
  EXPECT_GT(*future - in_1994, 100 * 365 * 24h);
  EXPECT_GT(*future - *past, 200 * 365 * 24h);
}

TEST(HeaderTime, go_duration_adds_up_its_units) {
  EXPECT_EQ(go_duration("1h2m3.5s"), 3'723'500ms);
  EXPECT_EQ(go_duration("12ms"), 12ms);
  EXPECT_EQ(go_duration("1500us"), 2ms) << "rounded up";
  EXPECT_EQ(go_duration("7"), 7s);
  EXPECT_EQ(go_duration("0s"), 0ms);
  for (const auto* text : {"", "6 parsecs", "s", "5x", "1e400", "nan"})
    EXPECT_EQ(go_duration(text), std::nullopt) << text;
}

TEST(HeaderTime, absurd_seconds_are_a_year) {
  EXPECT_EQ(from_seconds(1e300), 365 * 24h);
  EXPECT_EQ(from_seconds(-1e300), -365 * 24h);
}

}  // namespace
}  // namespace fastccg::header_time

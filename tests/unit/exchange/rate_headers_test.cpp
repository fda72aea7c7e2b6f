#include "exchange/rate_headers.hpp"

#include <gtest/gtest.h>

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using Counts = RateWindow::Counts;

const auto now = std::chrono::system_clock::from_time_t(784111777);  // 1994-11-06 08:49:37 UTC

TEST(RateHeaders, openai_counts_requests_and_tokens) {
  const auto windows = rate_windows({{"X-RateLimit-Limit-Requests", "5000"},
                                     {"X-RateLimit-Remaining-Requests", "4999"},
                                     {"X-RateLimit-Reset-Requests", "12ms"},
                                     {"x-ratelimit-limit-tokens", "2000000"},
                                     {"x-ratelimit-remaining-tokens", "0"},
                                     {"x-ratelimit-reset-tokens", "6m0s"}},
                                    now);
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(windows[0].counts, Counts::requests);
  EXPECT_EQ(windows[0].limit, 5000);
  EXPECT_EQ(windows[0].remaining, 4999);
  EXPECT_EQ(windows[0].reset, 12ms);
  EXPECT_EQ(windows[1].counts, Counts::tokens);
  EXPECT_EQ(windows[1].remaining, 0);
  EXPECT_EQ(windows[1].reset, 6min);
}

TEST(RateHeaders, anthropic_resets_at_a_moment_by_the_servers_clock) {
  const auto windows = rate_windows({{"date", "Sun, 06 Nov 1994 08:50:00 GMT"},
                                     {"anthropic-ratelimit-output-tokens-remaining", "10"},
                                     {"anthropic-ratelimit-output-tokens-reset", "1994-11-06T08:50:08Z"}},
                                    now);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].counts, Counts::tokens);
  EXPECT_EQ(windows[0].limit, std::nullopt);
  EXPECT_EQ(windows[0].reset, 8s);
}

TEST(RateHeaders, mistral_does_not_say_when_its_minute_ends) {
  const auto windows =
      rate_windows({{"x-ratelimit-limit-req-minute", "60"}, {"x-ratelimit-remaining-req-minute", "59"}}, now);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].limit, 60);
  EXPECT_EQ(windows[0].reset, std::nullopt);
}

TEST(RateHeaders, plain_reset_is_seconds_or_a_moment_since_1970) {
  const auto in_2027 = std::chrono::system_clock::from_time_t(1'800'000'000);
  const auto reset = [&](const char* text) {
    return rate_windows({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", text}}, in_2027).at(0).reset;
  };
  EXPECT_EQ(reset("30"), 30s);
  EXPECT_EQ(reset("1800000007"), 7s);
  EXPECT_EQ(reset("1800000007500"), 7500ms);
  EXPECT_EQ(reset("1799999999"), 0ms) << "it has passed";
}

TEST(RateHeaders, what_is_not_a_number_is_left_out) {
  EXPECT_TRUE(rate_windows({{"x-ratelimit-remaining-requests", "many"}}, now).empty());
  EXPECT_TRUE(rate_windows({{"x-ratelimit-remaining-requests", "-1"}}, now).empty());
  EXPECT_TRUE(rate_windows({{"x-ratelimit-limit-requests", "5"}}, now).empty()) << "nothing is known of what is left";
  const auto windows =
      rate_windows({{"x-ratelimit-remaining-requests", "1"}, {"x-ratelimit-reset-requests", "whenever"}}, now);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].reset, std::nullopt);
}

}  // namespace
}  // namespace fastccg

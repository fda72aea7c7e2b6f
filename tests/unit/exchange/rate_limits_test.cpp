#include "exchange/rate_limits.hpp"

#include <gtest/gtest.h>

namespace fastccg {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

const auto now = system_clock::from_time_t(1'787'150'000);  // 2026-08-19T14:33:20Z

RateLimit limit(std::string name, std::optional<std::int64_t> most, std::optional<std::int64_t> left,
                std::optional<milliseconds> reset = {}) {
  RateLimit limit;
  limit.name = std::move(name);
  limit.limit = most;
  limit.remaining = left;
  limit.reset = reset;
  return limit;
}

using All = std::vector<RateLimit>;

TEST(RateLimits, numbers_and_durations_of_openai) {
  EXPECT_EQ(rate_limits({{"x-ratelimit-limit-requests", "5000"},
                         {"X-RateLimit-Limit-Tokens", "2000000"},
                         {"x-ratelimit-remaining-requests", "4999"},
                         {"x-ratelimit-remaining-tokens", "0"},
                         {"x-ratelimit-reset-requests", "12ms"},
                         {"x-ratelimit-reset-tokens", "6m0s"}},
                        now),
            (All{limit("requests", 5000, 4999, 12ms), limit("tokens", 2000000, 0, 6min)}));
}

TEST(RateLimits, timestamps_of_anthropic) {
  EXPECT_EQ(rate_limits({{"anthropic-ratelimit-input-tokens-limit", "40000"},
                         {"anthropic-ratelimit-input-tokens-remaining", "39000"},
                         {"anthropic-ratelimit-input-tokens-reset", "2026-08-19T14:34:13Z"}},
                        now),
            All{limit("input-tokens", 40000, 39000, 53s)});
}

TEST(RateLimits, windows_of_mistral_keep_their_name) {
  EXPECT_EQ(rate_limits({{"x-ratelimit-limit-tokens-minute", "500000"},
                         {"x-ratelimit-remaining-tokens-minute", "499000"},
                         {"x-ratelimit-tokens-query-cost", "1000"}},
                        now),
            All{limit("tokens-minute", 500000, 499000)});
}

TEST(RateLimits, one_limit_without_a_name_and_milliseconds_since_1970) {
  EXPECT_EQ(
      rate_limits({{"X-RateLimit-Limit", "10"}, {"X-RateLimit-Remaining", "1"}, {"X-RateLimit-Reset", "1787150002000"}},
                  now),
      All{limit("", 10, 1, 2s)});
}

TEST(RateLimits, bare_seconds_of_azure) {
  EXPECT_EQ(rate_limits({{"x-ratelimit-reset-requests", "1"}}, now), All{limit("requests", {}, {}, 1s)});
}

TEST(RateLimits, times_that_have_passed_are_zero) {
  EXPECT_EQ(
      rate_limits({{"anthropic-ratelimit-tokens-reset", "2026-08-19T14:00:00Z"}, {"x-ratelimit-reset", "0s"}}, now),
      (All{limit("tokens", {}, {}, 0ms), limit("", {}, {}, 0ms)}));
}

TEST(RateLimits, what_cannot_be_read_is_absent) {
  EXPECT_EQ(rate_limits({{"x-ratelimit-limit-requests", "many"},
                         {"x-ratelimit-remaining-requests", "-3"},
                         {"x-ratelimit-reset-requests", "2026-08-19T14:34:13.x"},
                         {"x-ratelimit-reset-tokens", ""},
                         {"x-ratelimit-limitless", "5"},
                         {"ratelimit", "7"},
                         {"content-type", "x"}},
                        now),
            All{});
}

TEST(RateLimits, hostile_headers_stay_bounded) {
  Headers headers;
  for (int i = 0; i < 1000; ++i) headers.emplace_back("x-ratelimit-limit-" + std::to_string(i), "1");
  EXPECT_EQ(rate_limits(headers, now).size(), 32u);
  EXPECT_EQ(rate_limits({{"x-ratelimit-reset", "99999999999999999999h"}}, now).front().reset, 365 * 24h);
}

}  // namespace
}  // namespace fastccg

#include "exchange/retry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fastccg::retry {
namespace {

using namespace std::chrono_literals;

// 1994-11-06 08:49:37 UTC
const auto now = std::chrono::system_clock::from_time_t(784111777);

std::optional<Delay> delay_of(Headers headers) { return announced_delay(Error(), headers, now); }

TEST(AnnouncedDelay, milliseconds_win_over_seconds_unless_they_are_zero) {
  EXPECT_EQ(delay_of({{"retry-after-ms", "850"}, {"retry-after", "2"}}), 850ms);
  EXPECT_EQ(delay_of({{"Retry-After-Ms", "0"}, {"Retry-After", "1"}}), 1000ms);
}

TEST(AnnouncedDelay, retry_after_is_seconds_or_a_date) {
  EXPECT_EQ(delay_of({{"retry-after", " 2.5 "}}), 2500ms);
  EXPECT_EQ(delay_of({{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}), 10'000ms);
  EXPECT_EQ(delay_of({{"retry-after", "Sun, 06 Nov 1994 08:49:27 GMT"}}), std::nullopt) << "it has passed";
}

TEST(AnnouncedDelay, nonsense_counts_as_none) {
  for (const auto* text : {"", "soon", "-3", "0", "1e400", "nan", "inf", "2 s", "Sun, 06 Nov"})
    EXPECT_EQ(delay_of({{"retry-after", text}}), std::nullopt) << text;
}

TEST(AnnouncedDelay, date_counts_from_the_servers_own_clock) {
  EXPECT_EQ(delay_of({{"date", "Sun, 06 Nov 1994 09:00:00 GMT"}, {"retry-after", "Sun, 06 Nov 1994 09:00:05 GMT"}}),
            5000ms);
}

Error asking(Delay delay) {
  Error error;
  error.retry_after = delay;
  return error;
}

TEST(AnnouncedDelay, body_stands_behind_retry_after_and_before_the_rate_limits) {
  const Headers limits{{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "9s"}};
  EXPECT_EQ(announced_delay(asking(48s), limits, now), 48s);
  EXPECT_EQ(announced_delay(asking(48s), {{"retry-after", "2"}}, now), 2s);
  EXPECT_EQ(announced_delay(asking(48s), {}, now), 48s);
}

TEST(AnnouncedDelay, zero_negative_and_absurd_delay_of_a_body_are_none_and_a_year) {
  EXPECT_EQ(announced_delay(asking(0s), {}, now), std::nullopt);
  EXPECT_EQ(announced_delay(asking(-3s), {{"retry-after", "0"}}, now), std::nullopt);
  EXPECT_EQ(announced_delay(asking(Delay::max()), {}, now), 365 * 24h);
}

TEST(AnnouncedDelay, longest_reset_of_anthropics_exhausted_limits_counts) {
  EXPECT_EQ(delay_of({{"anthropic-ratelimit-requests-remaining", "49"},
                      {"anthropic-ratelimit-requests-reset", "1994-11-06T09:49:37Z"},
                      {"anthropic-ratelimit-input-tokens-remaining", "0"},
                      {"anthropic-ratelimit-input-tokens-reset", "1994-11-06T08:49:50Z"},
                      {"anthropic-ratelimit-output-tokens-remaining", "0"},
                      {"anthropic-ratelimit-output-tokens-reset", "1994-11-06T08:50:07Z"}}),
            30s);
}

TEST(AnnouncedDelay, absurd_delay_does_not_overflow) {
  EXPECT_EQ(delay_of({{"retry-after", "99999999999999999999999"}}), 365 * 24h);
}

TEST(AnnouncedDelay, reset_of_the_exhausted_limit_is_the_last_resort) {
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "6m0s"}}), 360'000ms);
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "12ms"}}), 12ms);
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "1h2m3.5s"}}), 3'723'500ms);
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "7"}}), 7000ms);
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-requests", "5"}, {"x-ratelimit-reset-requests", "6m0s"}}), std::nullopt);
  EXPECT_EQ(delay_of({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "6 parsecs"}}),
            std::nullopt);
}

Error failure(ErrorKind kind, int status = 0) {
  Error error(kind, "");
  error.status = status;
  return error;
}

TEST(MayHeal, only_what_waiting_can_mend) {
  EXPECT_TRUE(may_heal(failure(ErrorKind::connection), nullptr));
  EXPECT_TRUE(may_heal(failure(ErrorKind::rate_limited, 429), nullptr));
  EXPECT_TRUE(may_heal(failure(ErrorKind::overloaded, 529), nullptr));
  EXPECT_TRUE(may_heal(failure(ErrorKind::server, 500), nullptr));
  EXPECT_TRUE(may_heal(failure(ErrorKind::invalid_request, 409), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::quota_exhausted, 429), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::invalid_request, 400), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::authentication, 401), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::server, 501), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::tls), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::protocol, 200), nullptr));
  EXPECT_FALSE(may_heal(failure(ErrorKind::cancelled), nullptr));
}

TEST(MayHeal, total_deadline_is_final_and_the_others_are_not) {
  auto error = failure(ErrorKind::timeout);
  error.deadline = Deadline::total;
  EXPECT_FALSE(may_heal(error, nullptr));
  error.deadline = Deadline::first_byte;
  EXPECT_TRUE(may_heal(error, nullptr));
}

TEST(MayHeal, servers_advice_overrides_the_status) {
  const Headers yes{{"X-Should-Retry", "true"}};
  const Headers no{{"X-Should-Retry", "false"}};
  EXPECT_TRUE(may_heal(failure(ErrorKind::invalid_request, 400), &yes));
  EXPECT_FALSE(may_heal(failure(ErrorKind::server, 500), &no));
  EXPECT_FALSE(may_heal(failure(ErrorKind::quota_exhausted, 429), &yes)) << "credit does not come back by asking";
}

Error retryable(std::optional<Delay> announced = std::nullopt) {
  Error error(ErrorKind::server, "");
  error.retryable = true;
  error.retry_after = announced;
  return error;
}

TEST(NextDelay, doubles_up_to_the_cap_and_jitter_shortens_it_by_a_quarter_at_most) {
  const auto policy = Retries().attempts(100);
  EXPECT_EQ(next_delay(retryable(), 1, policy, 0), 500ms);
  EXPECT_EQ(next_delay(retryable(), 2, policy, 0), 1000ms);
  EXPECT_EQ(next_delay(retryable(), 3, policy, 0.5), 1750ms);
  EXPECT_EQ(next_delay(retryable(), 6, policy, 0), 8000ms);
  EXPECT_EQ(next_delay(retryable(), 99, policy, 0), 8000ms);
  EXPECT_GE(next_delay(retryable(), 1, policy, 0.999), 375ms);
}

TEST(NextDelay, announced_delay_is_honoured_up_to_its_cap) {
  const auto policy = Retries().max_announced_delay(60s);
  EXPECT_EQ(next_delay(retryable(60s), 1, policy, 0), 60s);
  EXPECT_EQ(next_delay(retryable(61s), 1, policy, 0), std::nullopt);
}

TEST(NextDelay, jitter_never_shortens_an_announced_delay_and_adds_a_tenth_or_a_second_at_most) {
  EXPECT_EQ(next_delay(retryable(2s), 1, Retries(), 0.5), 2100ms);
  EXPECT_EQ(next_delay(retryable(60s), 1, Retries(), 0.999), 60'999ms);
}

TEST(NextDelay, ends_with_the_attempts_and_with_what_cannot_heal) {
  EXPECT_TRUE(next_delay(retryable(), 2, Retries().attempts(3), 0));
  EXPECT_FALSE(next_delay(retryable(), 3, Retries().attempts(3), 0));
  EXPECT_FALSE(next_delay(retryable(), 1, Retries().attempts(1), 0));
  EXPECT_FALSE(next_delay(Error(ErrorKind::server, ""), 1, Retries(), 0));
}

}  // namespace
}  // namespace fastccg::retry

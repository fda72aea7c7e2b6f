#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "calling.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::in_background;
using testing::text_event;
using testing::whole_answer;

class Attempts : public testing::Calling {};

const std::string rate_limited =
    R"({"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}})";

TEST_F(Attempts, every_form_of_announced_delay_is_waited_for_and_the_attempts_are_counted) {
  const std::vector<Headers> announced{{{"retry-after-ms", "30"}},
                                       {{"retry-after", "0.03"}},
                                       {{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "30ms"}}};
  auto model = make_model();
  // The backoff would outlast the test: only what was announced can bring the second attempt.
  model.retries(Retries().initial_delay(1h).max_delay(1h));
  for (std::size_t i = 0; i < announced.size(); ++i) {
    auto reply = in_background(model.ask_async("Q"));
    ASSERT_TRUE(server.wait_for_calls(2 * i + 1));
    const auto refused = std::chrono::steady_clock::now();
    server.answer(2 * i, 429, rate_limited, announced[i]);
    ASSERT_TRUE(server.wait_for_calls(2 * i + 2));
    EXPECT_GE(std::chrono::steady_clock::now() - refused, 30ms);
    server.answer(2 * i + 1, 200, whole_answer("A"));
    EXPECT_EQ(reply.get().value().attempts, 2);
  }
}

TEST_F(Attempts, gemini_announces_the_delay_in_the_body) {
  auto model = make_model("gemini/gemini-2.5-flash");
  model.retries(Retries().initial_delay(1h).max_delay(1h));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429,
                R"({"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED","details":[)"
                R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0.03s"}]}})");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 400, R"({"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}})");
  EXPECT_EQ(reply.get().error().attempts, 2);
}

TEST_F(Attempts, delay_of_zero_in_the_body_is_no_invitation_to_hammer) {
  auto model = make_model("gemini/gemini-2.5-flash");
  model.retries(Retries().initial_delay(1h).max_delay(1h)).timeouts(Timeouts().total(30min));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429,
                R"({"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED","details":[)"
                R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0s"}]}})");
  const auto result = reply.get();
  EXPECT_EQ(result.error().retry_after, std::nullopt);
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Attempts, error_of_the_last_attempt_has_count_and_announced_delay) {
  auto model = make_model();
  model.retries(Retries().attempts(2).initial_delay(1ms));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 429, rate_limited, {{"retry-after", "7"}});
  const auto result = reply.get();
  EXPECT_EQ(result.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(result.error().attempts, 2);
  EXPECT_EQ(result.error().retry_after, 7s);
  EXPECT_TRUE(result.error().retryable);
  EXPECT_EQ(result.error().message.find("max_announced_delay"), std::string::npos) << "the attempts were used up";
}

TEST_F(Attempts, pause_that_would_outlast_the_total_deadline_is_not_begun) {
  auto model = make_model();
  model.timeouts(Timeouts().total(10s));
  const auto began = std::chrono::steady_clock::now();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429, rate_limited, {{"retry-after", "20"}});
  const auto result = reply.get();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(result.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(result.error().retry_after, 20s);
  EXPECT_NE(result.error().message.find("after the total deadline of 10 s"), std::string::npos)
      << result.error().message;
}

TEST_F(Attempts, total_deadline_says_what_went_wrong_before) {
  auto model = make_model();
  model.timeouts(Timeouts().total(200ms)).retries(Retries().initial_delay(1ms));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2));
  const auto error = reply.get().error();
  EXPECT_EQ(error.kind, ErrorKind::timeout);
  EXPECT_EQ(error.deadline, Deadline::total);
  EXPECT_EQ(error.attempts, 2);
  EXPECT_EQ(error.status, 0) << "nothing answered the attempt that the deadline ended";
  EXPECT_NE(error.message.find("no capacity"), std::string::npos) << error.message;
}

TEST_F(Attempts, redirect_is_not_followed_and_named) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 301, "moved", {{"location", "https://other.example/v1"}});
  EXPECT_NE(reply.get().error().message.find("redirects to \"https://other.example/v1\""), std::string::npos);
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Attempts, call_cancelled_in_a_pause_ends_at_once) {
  auto model = make_model();
  model.retries(Retries().initial_delay(1h).max_delay(1h));
  std::stop_source stop;
  auto reply = in_background(model.ask_async("Q").stop_token(stop.get_token()));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  stop.request_stop();
  const auto result = reply.get();
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(result.error().attempts, 1);
  EXPECT_EQ(result.error().status, 0);
  EXPECT_FALSE(result.error().retryable);
}

TEST_F(Attempts, stream_that_fails_before_any_output_is_repeated) {
  auto model = make_model();
  model.retries(Retries().initial_delay(1ms));
  auto text = std::async(std::launch::async, [&] {
    std::string all;
    for (const auto& chunk : model.ask_stream("Q")) all += chunk.content;
    return all;
  });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, ": thinking\n\ndata: {\"error\":{\"message\":\"busy\",\"code\":\"server_overloaded\"}}\n\n");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.begin_stream(1);
  server.send(1, text_event("Hi") + testing::end_events());
  EXPECT_EQ(text.get(), "Hi");
}

TEST_F(Attempts, stream_that_fails_after_output_is_never_repeated) {
  auto model = make_model();
  model.retries(Retries().initial_delay(1ms));
  auto failure = std::async(std::launch::async, [&] {
    try {
      for (const auto& chunk : model.ask_stream("Q")) static_cast<void>(chunk);
    } catch (const FastCCGError& error) {
      return error.error();
    }
    return Error();
  });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hi"));
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "reset")));
  const auto error = failure.get();
  EXPECT_EQ(error.kind, ErrorKind::connection);
  EXPECT_EQ(error.partial, "Hi");
  EXPECT_TRUE(error.retryable) << "the caller may ask again";
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Attempts, retry_after_of_a_success_means_nothing) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, "{}", {{"retry-after", "30"}});
  EXPECT_EQ(reply.get().error().retry_after, std::nullopt);
}

TEST_F(Attempts, servers_advice_not_to_retry_is_taken) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy", {{"x-should-retry", "false"}});
  EXPECT_FALSE(reply.get().error().retryable);
  EXPECT_EQ(server.calls(), 1u);
}

}  // namespace
}  // namespace fastccg

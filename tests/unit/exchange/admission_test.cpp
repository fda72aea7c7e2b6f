#include <gtest/gtest.h>

#include <future>
#include <stop_token>
#include <string>
#include <vector>

#include "calling.hpp"
#include "fastccg/fastccg.hpp"
#include "fastccg/rate_limits.hpp"
#include "on_loop.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::Begun;
using testing::in_background;
using testing::whole_answer;

class UnderRateLimits : public testing::Calling {
 protected:
  UnderRateLimits() { clear_rate_limits(); }
  ~UnderRateLimits() override { clear_rate_limits(); }

  /// Whether a call that goes on its own has had the time to.
  void let_the_loop_run() {
    for (int i = 0; i < 3; ++i) test::on_loop(fake.engine.loop(), [] {});
  }
};

TEST_F(UnderRateLimits, model_has_its_providers_limits_unless_it_has_its_own) {
  EXPECT_EQ(rate_limits("openai/gpt-4o"), std::nullopt);
  set_rate_limits("openai", RateLimits().concurrent(5));
  set_rate_limits("openai/gpt-4o", RateLimits().concurrent(2));
  EXPECT_EQ(rate_limits("openai/gpt-4o")->concurrent(), 2);
  EXPECT_EQ(rate_limits("openai/o3")->concurrent(), 5);
  EXPECT_EQ(rate_limits("groq/x"), std::nullopt);
  EXPECT_THROW(set_rate_limits("nobody", RateLimits()), UsageError);
  EXPECT_THROW(RateLimits().concurrent(-1), UsageError);
  EXPECT_THROW(RateLimits().requests_per_minute(-1), UsageError);
  EXPECT_THROW(RateLimits().tokens_per_minute(-1), UsageError);
}

TEST_F(UnderRateLimits, calls_above_the_limit_wait_and_say_how_long) {
  set_rate_limits("openai/gpt-4o", RateLimits().concurrent(1));
  auto model = make_model();
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = Begun(model.ask_async("2"));
  let_the_loop_run();
  EXPECT_EQ(server.calls(), 1u);
  server.answer(0, 200, whole_answer("A"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_EQ(first.get().value().timings.queued, 0us);
  const auto timings = second.get().value().timings;
  EXPECT_LE(timings.queued, timings.total);
}

TEST_F(UnderRateLimits, waiting_takes_no_thread_and_everyone_gets_through) {
  set_rate_limits("openai", RateLimits().concurrent(3));
  auto model = make_model();
  constexpr std::size_t calls = 60;
  std::vector<Operation<Reply>> operations;
  for (std::size_t i = 0; i < calls; ++i) operations.push_back(model.ask_async("Q"));
  auto all = std::async(std::launch::async, [&] { return run(gather(std::move(operations))).size(); });
  for (std::size_t i = 0; i < calls; ++i) {
    ASSERT_TRUE(server.wait_for_calls(i + 1));
    EXPECT_LE(server.calls() - i, 3u);
    server.answer(i, 200, whole_answer("A"));
  }
  EXPECT_EQ(all.get(), calls);
}

TEST_F(UnderRateLimits, full_queue_fails_at_once_and_nothing_is_sent) {
  set_rate_limits("openai", RateLimits().concurrent(1).queue(0));
  auto model = make_model();
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  const auto error = model.ask_async("2").as_result().error();
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_EQ(error.attempts, 0);
  EXPECT_EQ(error.status, 0);
  EXPECT_TRUE(error.retryable);
  EXPECT_NE(error.message.find("RateLimits::queue"), std::string::npos);
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(first.get());
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(UnderRateLimits, cancelled_while_waiting_leaves_the_queue) {
  set_rate_limits("openai", RateLimits().concurrent(1).queue(1));
  auto model = make_model();
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  std::stop_source stop;
  auto second = in_background(model.ask_async("2").stop_token(stop.get_token()));
  let_the_loop_run();
  stop.request_stop();
  EXPECT_EQ(second.get().error().kind, ErrorKind::cancelled);
  auto third = Begun(model.ask_async("3"));
  let_the_loop_run();
  server.answer(0, 200, whole_answer("A"));
  ASSERT_TRUE(server.wait_for_calls(2));
  EXPECT_NE(server.body(1).find("\"3\""), std::string::npos);
  server.answer(1, 200, whole_answer("C"));
  EXPECT_TRUE(third.get());
}

TEST_F(UnderRateLimits, total_deadline_goes_on_while_waiting) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto model = make_model();
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  const auto error = model.ask_async("2", Settings().timeouts(Timeouts().total(50ms))).as_result().error();
  EXPECT_EQ(error.deadline, Deadline::total);
  EXPECT_EQ(error.attempts, 0);
  EXPECT_NE(error.message.find("waited for its turn"), std::string::npos) << error.message;
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(first.get());
}

TEST_F(UnderRateLimits, conversations_take_turns) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto busy = make_model();
  auto quiet = make_model();
  std::vector<Begun> replies;
  replies.push_back(Begun(busy.ask_async("busy")));
  ASSERT_TRUE(server.wait_for_calls(1));
  for (int i = 0; i < 5; ++i) replies.push_back(Begun(busy.ask_async("busy")));
  let_the_loop_run();
  replies.push_back(Begun(quiet.ask_async("quiet")));
  std::size_t place = 0;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    ASSERT_TRUE(server.wait_for_calls(i + 1));
    if (server.body(i).find("quiet") != std::string::npos) place = i;
    let_the_loop_run();
    server.answer(i, 200, whole_answer("A"));
  }
  for (auto& reply : replies) EXPECT_TRUE(reply.get());
  EXPECT_GT(place, 0u);
  EXPECT_LE(place, 3u) << "one conversation with many calls does not keep another waiting for all of them";
}

TEST_F(UnderRateLimits, pause_the_provider_asks_for_holds_everyone_who_shares_the_key) {
  set_rate_limits("openai", RateLimits());
  auto model = make_model();
  model.retries(Retries().attempts(1));
  auto refused = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})", {{"retry-after-ms", "1500"}});
  EXPECT_FALSE(refused.get());
  auto later = Begun(model.ask_async("2"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("A"));
  EXPECT_GT(later.get().value().timings.queued, 0us);
}

TEST_F(UnderRateLimits, pause_beyond_what_retries_allow_fails_at_once_and_says_how_long) {
  set_rate_limits("openai", RateLimits());
  auto model = make_model();
  auto refused = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})", {{"retry-after", "3600"}});
  EXPECT_FALSE(refused.get());
  const auto error = model.ask_async("2").as_result().error();
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_EQ(error.attempts, 0);
  EXPECT_GT(error.retry_after.value(), 3500s);
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(UnderRateLimits, those_who_wait_hear_of_a_pause_that_is_too_long_for_them) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto model = make_model();
  model.retries(Retries().attempts(1));
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = Begun(model.ask_async("2"));
  auto third = Begun(model.ask_async("3"));
  let_the_loop_run();
  server.answer(0, 429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})", {{"retry-after", "3600"}});
  EXPECT_FALSE(first.get());
  EXPECT_EQ(second.get().error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(third.get().error().kind, ErrorKind::rate_limited);
}

TEST_F(UnderRateLimits, what_is_left_by_the_headers_is_heeded) {
  set_rate_limits("openai", RateLimits());
  auto model = make_model();
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"),
                {{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1500ms"}});
  EXPECT_TRUE(first.get());
  auto second = Begun(model.ask_async("2"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_GT(second.get().value().timings.queued, 0us);
}

TEST_F(UnderRateLimits, each_key_is_counted_for_itself) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto model = make_model();
  auto other = detail::init_model("openai/gpt-4o", ApiKey("sk-another-key"), Endpoint(), &fake.engine);
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = Begun(other.ask_async("2"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(0, 200, whole_answer("A"));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(UnderRateLimits, attempt_that_pauses_makes_room) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto model = make_model();
  model.retries(Retries().initial_delay(1h).max_delay(1h)).timeouts(Timeouts().total(2h));
  std::stop_source stop;
  auto pausing = in_background(model.ask_async("1").stop_token(stop.get_token()));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = Begun(model.ask_async("2"));
  let_the_loop_run();
  server.answer(0, 500, "oops");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_TRUE(second.get());
  stop.request_stop();
  EXPECT_EQ(pausing.get().error().kind, ErrorKind::cancelled);
}

TEST_F(UnderRateLimits, full_queue_lets_a_fallback_answer) {
  set_rate_limits("openai", RateLimits().concurrent(1).queue(0));
  auto model = make_model();
  model.fallbacks({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto first = Begun(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = Begun(model.ask_async("2"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_EQ(second.get().value().provider, "groq");
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(first.get());
}

}  // namespace
}  // namespace fastccg

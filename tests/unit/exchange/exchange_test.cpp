#include "exchange/exchange.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>

#include "access/make_target.hpp"
#include "exchange/reply_receiver.hpp"
#include "fake_transport.hpp"
#include "fastccg/model.hpp"

namespace fastccg {
namespace {

class Ending final : public ReplySink {
 public:
  explicit Ending(std::function<void()> at_end = [] {}) : at_end_(std::move(at_end)) {}
  void on_done(Result<Reply> result) override {
    at_end_();
    result_.set_value(std::move(result));
  }
  Result<Reply> wait() { return result_.get_future().get(); }

 private:
  std::function<void()> at_end_;
  std::promise<Result<Reply>> result_;
};

std::shared_ptr<Exchange> exchange_for(std::shared_ptr<ReplySink> sink, Settings settings = Settings()) {
  const auto question = Message::user("Who?");
  Request request;
  request.messages = {&question};
  request.settings = std::move(settings);
  const auto target = detail::make_target("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint());
  return make_reply_exchange(target, request, std::move(sink));
}

TEST(Exchange, cancel_that_reaches_the_loop_before_the_start_ends_the_call_and_sends_nothing) {
  testing::FakeEngine fake;
  const auto sink = std::make_shared<Ending>();
  const auto exchange = exchange_for(sink);
  fake.engine.cancel(exchange);
  fake.engine.start(exchange);
  const auto result = sink->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  fake.engine.shut_down();
  EXPECT_EQ(fake.server.calls(), 0u);
  EXPECT_EQ(exchange.use_count(), 1) << "the engine has let go of it";
}

TEST(Exchange, start_while_the_engine_shuts_down_is_a_cancellation) {
  testing::FakeEngine fake;
  const auto late = std::make_shared<Ending>();
  const auto early = std::make_shared<Ending>([&] { fake.engine.start(exchange_for(late)); });
  fake.engine.start(exchange_for(early));
  ASSERT_TRUE(fake.server.wait_for_calls(1));
  fake.engine.shut_down();
  EXPECT_EQ(early->wait().error().kind, ErrorKind::cancelled);
  EXPECT_EQ(late->wait().error().kind, ErrorKind::cancelled);
  EXPECT_EQ(fake.server.calls(), 1u);
}

Settings impatient() {
  using namespace std::chrono_literals;
  return Settings().timeouts(Timeouts().first_byte(60ms)).retries(Retries().attempts(1));
}

TEST(Exchange, blanks_before_a_whole_answer_do_not_end_the_wait_for_its_first_byte) {
  testing::FakeEngine fake;
  const auto sink = std::make_shared<Ending>();
  fake.engine.start(exchange_for(sink, impatient()));
  ASSERT_TRUE(fake.server.wait_for_calls(1));
  fake.server.headers(0, 200, {{"content-type", "application/json"}});
  fake.server.send(0, "\n \n");
  const auto result = sink->wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().deadline, Deadline::first_byte);
}

TEST(Exchange, whole_answer_after_blanks_is_read) {
  testing::FakeEngine fake;
  const auto sink = std::make_shared<Ending>();
  fake.engine.start(exchange_for(sink));
  ASSERT_TRUE(fake.server.wait_for_calls(1));
  fake.server.headers(0, 200, {{"content-type", "application/json"}});
  fake.server.send(0, "\n \n");
  fake.server.send(0, " " + testing::whole_answer("Me."));
  fake.server.end(0);
  EXPECT_EQ(sink->wait().value().content, "Me.");
}

TEST(Exchange, whole_answer_of_nothing_is_truncated) {
  testing::FakeEngine fake;
  const auto sink = std::make_shared<Ending>();
  fake.engine.start(exchange_for(sink, impatient()));
  ASSERT_TRUE(fake.server.wait_for_calls(1));
  fake.server.answer(0, 200, "\n");
  EXPECT_EQ(sink->wait().error().kind, ErrorKind::stream_truncated);
}

TEST(Exchange, rate_limits_in_the_headers_reach_the_reply_and_the_error) {
  const Headers limits{{"x-ratelimit-limit-requests", "100"}, {"x-ratelimit-remaining-requests", "7"}};
  testing::FakeEngine fake;
  const auto good = std::make_shared<Ending>();
  fake.engine.start(exchange_for(good));
  ASSERT_TRUE(fake.server.wait_for_calls(1));
  fake.server.answer(0, 200, R"({"choices":[{"message":{"content":"Me."},"finish_reason":"stop"}]})", limits);
  const auto reply = good->wait();
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->rate_limits.size(), 1u);
  EXPECT_EQ(reply->rate_limits[0].name, "requests");
  EXPECT_EQ(reply->rate_limits[0].remaining, 7);

  const auto bad = std::make_shared<Ending>();
  fake.engine.start(exchange_for(bad));
  ASSERT_TRUE(fake.server.wait_for_calls(2));
  fake.server.answer(1, 400, R"({"error":{"message":"no"}})", limits);
  const auto error = bad->wait();
  ASSERT_FALSE(error);
  ASSERT_EQ(error.error().rate_limits.size(), 1u);
  EXPECT_EQ(error.error().rate_limits[0].limit, 100);
}

}  // namespace
}  // namespace fastccg

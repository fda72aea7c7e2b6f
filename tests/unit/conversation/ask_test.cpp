#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "conversation/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::whole_answer;

class Ask : public ::testing::Test {
 protected:
  Model make_model() {
    return detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  }

  testing::FakeEngine fake;
  testing::FakeServer& server = fake.server;
};

std::future<Result<Reply>> in_background(Operation<Reply> operation) {
  return std::async(std::launch::async, [op = std::move(operation)]() mutable { return op.as_result(); });
}

TEST_F(Ask, complete_answer_enters_the_history_with_its_question) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Who?"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_TRUE(model.get_history().empty()) << "a turn in flight is not in the history";
  server.answer(0, 200, whole_answer("Me."), {{"x-request-id", "req_7"}});
  const auto result = reply.get().value();
  EXPECT_EQ(result.content, "Me.");
  EXPECT_EQ(result.provider, "openai");
  EXPECT_EQ(result.model, "gpt-4o");
  EXPECT_EQ(result.provider_model, "m-1");
  EXPECT_EQ(result.request_id, "req_7");
  EXPECT_EQ(result.tokens_used, 5);
  EXPECT_EQ(result.attempts, 1);
  EXPECT_EQ(result.raw, whole_answer("Me."));
  const auto history = model.get_history();
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].text(), "Who?");
  EXPECT_EQ(history[1].text(), "Me.");
}

TEST_F(Ask, nothing_is_sent_before_the_operation_is_waited_for) {
  auto model = make_model();
  { auto operation = model.ask_async("never"); }
  auto reply = in_background(model.ask_async("sent"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_NE(server.body(0).find("sent"), std::string::npos);
  server.answer(0, 200, whole_answer("x"));
  EXPECT_TRUE(reply.get());
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Ask, turns_stand_in_the_order_in_which_they_were_asked) {
  auto model = make_model();
  auto first = in_background(model.ask_async("first"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = in_background(model.ask_async("second"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("two"));
  EXPECT_TRUE(second.get());
  EXPECT_EQ(model.get_history().at(0).text(), "second");
  server.answer(0, 200, whole_answer("one"));
  EXPECT_TRUE(first.get());
  const auto history = model.get_history();
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(history[0].text(), "first");
  EXPECT_EQ(history[3].text(), "two");
  EXPECT_EQ(server.body(1).find("first"), std::string::npos) << "calls under way do not see each other";
}

TEST_F(Ask, failed_call_leaves_nothing_behind) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 400, R"({"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}})");
  const auto result = reply.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(result.error().status, 400);
  EXPECT_EQ(result.error().attempts, 1);
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Ask, stopped_token_cancels_the_request_and_leaves_nothing_behind) {
  auto model = make_model();
  std::stop_source stop;
  auto reply = in_background(model.ask_async("Q").stop_token(stop.get_token()));
  ASSERT_TRUE(server.wait_for_calls(1));
  stop.request_stop();
  const auto result = reply.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled == std::vector<std::size_t>{0}; }));
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Ask, token_stopped_beforehand_sends_nothing) {
  auto model = make_model();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(model.ask_async("Q").stop_token(stop.get_token()).get(), Cancelled);
  EXPECT_EQ(server.calls(), 0u);
}

TEST_F(Ask, retryable_failure_is_repeated_and_the_attempts_are_counted) {
  auto model = make_model();
  model.retries(Retries().initial_delay(1ms));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().attempts, 2);
}

TEST_F(Ask, delay_beyond_the_cap_fails_at_once_and_says_how_long) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429, R"({"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}})",
                {{"retry-after", "3600"}});
  const auto result = reply.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(result.error().retry_after, 3'600'000ms);
  EXPECT_NE(result.error().message.find("3600 s"), std::string::npos);
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Ask, key_is_in_its_header_and_taken_out_of_what_the_server_says) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_EQ(*find_header(server.request(0).headers, "authorization"), "Bearer sk-test-canary-1");
  server.answer(0, 401, R"({"error":{"message":"wrong key sk-test-canary-1","code":"invalid_api_key"}})");
  const auto result = reply.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::authentication);
  EXPECT_EQ(result.error().describe().find("canary"), std::string::npos);
  EXPECT_EQ(result.error().body.find("canary"), std::string::npos);
}

TEST_F(Ask, first_byte_deadline_says_that_it_was_the_one) {
  auto model = make_model();
  model.timeouts(Timeouts().first_byte(20ms)).retries(Retries().attempts(1));
  const auto result = model.ask_async("Q").as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(result.error().deadline, Deadline::first_byte);
}

TEST_F(Ask, total_deadline_covers_all_attempts) {
  auto model = make_model();
  model.timeouts(Timeouts().first_byte(15ms).total(60ms)).retries(Retries().attempts(1000).initial_delay(1ms));
  const auto result = model.ask_async("Q").as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_GT(server.calls(), 1u);
}

TEST_F(Ask, filter_sees_the_whole_reply_once_and_the_history_gets_what_it_returns) {
  auto model = make_model();
  int calls = 0;
  model.reply_filter([&](std::string text) {
    ++calls;
    return "<" + text + ">";
  });
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().content, "<A>");
  EXPECT_EQ(model.get_history().at(1).text(), "<A>");
  EXPECT_EQ(calls, 1);
}

TEST_F(Ask, what_the_filter_throws_the_call_throws) {
  auto model = make_model();
  model.reply_filter([](std::string) -> std::string { throw std::logic_error("mine"); });
  auto reply = std::async(std::launch::async, [&] { return model.ask("Q"); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_THROW(reply.get(), std::logic_error);
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Ask, filter_runs_on_the_thread_that_waits) {
  auto model = make_model();
  std::thread::id filtering;
  model.reply_filter([&](std::string text) {
    filtering = std::this_thread::get_id();
    return text;
  });
  auto answering = std::async(std::launch::async, [&] {
    if (server.wait_for_calls(1)) server.answer(0, 200, whole_answer("A"));
  });
  EXPECT_EQ(model.ask("Q").content, "A");
  EXPECT_EQ(filtering, std::this_thread::get_id());
}

TEST_F(Ask, blocking_filter_does_not_stop_other_calls) {
  auto slow = make_model();
  auto quick = make_model();
  std::promise<void> release;
  std::promise<void> entered;
  slow.reply_filter([&](std::string text) {
    entered.set_value();
    release.get_future().wait();
    return text;
  });
  auto blocked = in_background(slow.ask_async("slow"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  entered.get_future().wait();
  auto free = in_background(quick.ask_async("quick"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_EQ(free.get().value().content, "B");
  release.set_value();
  EXPECT_EQ(blocked.get().value().content, "A");
}

TEST_F(Ask, reset_drops_the_turn_of_a_call_under_way) {
  auto model = make_model();
  model.temperature(0.5);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.reset();
  server.answer(0, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().content, "A");
  EXPECT_TRUE(model.get_history().empty());
  EXPECT_EQ(model.settings(), Settings());
}

TEST_F(Ask, clear_history_drops_the_turn_of_a_call_under_way_and_keeps_the_rest) {
  auto model = make_model();
  model.temperature(0.5).append_prompt("old");
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.clear_history();
  server.answer(0, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().content, "A");
  EXPECT_TRUE(model.get_history().empty());
  EXPECT_EQ(model.settings(), Settings().temperature(0.5));
}

TEST_F(Ask, turn_of_a_call_under_way_stands_behind_a_history_that_is_set) {
  auto model = make_model();
  model.append_prompt("old").append_response("older");
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.set_history({Message::user("new"), Message::assistant("newer"), Message::user("newest")});
  model.append_prompt("last");
  server.answer(0, 200, whole_answer("A"));
  ASSERT_TRUE(reply.get());
  std::vector<std::string> texts;
  for (const auto& message : model.get_history()) texts.push_back(message.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"new", "newer", "newest", "Q", "A", "last"}));
}

TEST_F(Ask, history_with_a_result_that_no_call_waits_for_is_not_taken) {
  auto model = make_model();
  model.append_prompt("old");
  const auto result = Message::tool_results({ToolResult("call_1", "12")});
  EXPECT_THROW(model.set_history({Message::user("new"), result}), InvalidRequest);
  ASSERT_EQ(model.get_history().size(), 1u);
  EXPECT_EQ(model.get_history()[0].text(), "old");
  Message call = Message::assistant("");
  call.parts = {ToolCall("call_1", "weather", "{}")};
  model.set_history({Message::user("new"), call, result});
  EXPECT_EQ(model.get_history().size(), 3u);
}

TEST_F(Ask, messages_that_are_appended_together_stay_together) {
  auto model = make_model();
  auto before = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.append({Message::user("one"), Message::assistant("two")});
  EXPECT_EQ(model.append({}).get_history().size(), 2u);
  server.answer(0, 200, whole_answer("A"));
  ASSERT_TRUE(before.get());
  EXPECT_EQ(model.get_history()[3].text(), "two");
}

TEST_F(Ask, fork_and_original_go_separate_ways) {
  auto model = make_model();
  model.append_prompt("common").append_response("ground");
  auto fork = model.fork();
  fork.append_prompt("mine");
  EXPECT_EQ(model.get_history().size(), 2u);
  EXPECT_EQ(fork.get_history().size(), 3u);
}

TEST_F(Ask, settings_of_a_call_win_over_the_models_and_do_not_stay) {
  auto model = make_model();
  model.temperature(1.5);
  auto reply = in_background(model.ask_async("Q", Settings().temperature(0.25)));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_NE(server.body(0).find("0.25"), std::string::npos);
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  EXPECT_EQ(model.settings().temperature(), 1.5);
}

TEST_F(Ask, unknown_model_at_another_address_gets_the_token_limit_by_the_name_that_all_servers_know) {
  const auto body_of = [&](std::string_view name, const Endpoint& endpoint) {
    auto model = detail::init_model(name, ApiKey("sk-test-canary-1"), endpoint, &fake.engine);
    const auto call = server.calls();
    auto reply = in_background(model.ask_async("Q", Settings().max_tokens(9)));
    EXPECT_TRUE(server.wait_for_calls(call + 1));
    server.answer(call, 200, whole_answer("A"));
    EXPECT_TRUE(reply.get());
    return server.body(call);
  };
  const auto elsewhere = Endpoint().base_url("http://127.0.0.1:9/v1");
  EXPECT_NE(body_of("openai/gpt-4o", elsewhere).find("max_completion_tokens"), std::string::npos);
  EXPECT_NE(body_of("openai/some-local-model", elsewhere).find("\"max_tokens\""), std::string::npos);
}

TEST_F(Ask, model_that_answers_elsewhere_only_is_asked_there) {
  auto model = detail::init_model("openai/gpt-5.5-pro", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_TRUE(server.request(0).url.ends_with("/responses"));
  server.answer(
      0, 200, R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"A"}]}]})");
  EXPECT_EQ(reply.get().value().content, "A");
}

TEST_F(Ask, protocol_can_be_chosen_where_there_are_two) {
  auto model =
      detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint().protocol("responses"), &fake.engine);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_TRUE(server.request(0).url.ends_with("/responses"));
  server.answer(0, 200, R"({"status":"completed","output":[]})");
  EXPECT_TRUE(reply.get());
  EXPECT_THROW(Endpoint().protocol("telepathy"), UsageError);
}

TEST_F(Ask, two_prompts_gathered_are_in_flight_at_once) {
  auto model = make_model();
  auto both =
      std::async(std::launch::async, [&] { return run(gather(model.ask_async("light"), model.ask_async("capital"))); });
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("Canberra"));
  server.answer(0, 200, whole_answer("299"));
  const auto [light, capital] = both.get();
  EXPECT_EQ(light.content, "299");
  EXPECT_EQ(capital.content, "Canberra");
  EXPECT_EQ(model.get_history().at(0).text(), "light");
}

TEST_F(Ask, operation_destroyed_in_flight_cancels_and_leaves_nothing) {
  auto model = make_model();
  {
    std::stop_source stop;
    auto [pending, token] = model.ask_async("Q").release();
    pending->start();
    ASSERT_TRUE(server.wait_for_calls(1));
    Operation<Reply> abandoned(std::move(pending));
  }
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled.size() == 1; }));
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Ask, engine_that_shuts_down_cancels_what_is_under_way) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  fake.engine.shut_down();
  EXPECT_EQ(reply.get().error().kind, ErrorKind::cancelled);
  EXPECT_THROW(model.ask("after"), Cancelled);
}

TEST_F(Ask, result_of_a_tool_that_nothing_waits_for_is_not_taken_into_the_history) {
  auto model = make_model();
  EXPECT_THROW(model.append_prompt(ToolResult("call_9", "sunny")), InvalidRequest);
  EXPECT_TRUE(model.get_history().empty());
}

/// A function that can be copied only as long as nobody holds the model's lock.
class CopyingFilter {
 public:
  explicit CopyingFilter(Model& model) : model_(&model) {}
  CopyingFilter(const CopyingFilter& other) : model_(other.model_) { model_->get_history(); }
  std::string operator()(std::string text) const { return text; }

 private:
  Model* model_;
};

TEST_F(Ask, filter_is_copied_without_the_lock) {
  auto model = make_model();
  model.reply_filter(CopyingFilter(model));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  const auto copy = model.fork();
  server.answer(0, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().content, "A");
}

TEST_F(Ask, unanswered_tool_call_does_not_stop_the_conversation) {
  auto model = make_model();
  auto reply = in_background(model.ask_async("weather?", Settings().tools({Tool("weather", "tells it")})));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(
      0, 200,
      R"({"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1",)"
      R"("type":"function","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})");
  const auto asked = reply.get().value();
  ASSERT_EQ(asked.tool_calls().size(), 1u);

  auto other = in_background(model.ask_async("never mind"));
  ASSERT_TRUE(server.wait_for_calls(2));
  EXPECT_NE(server.body(1).find("was not carried out"), std::string::npos);
  server.answer(1, 200, whole_answer("Fine."));
  const auto fine = other.get().value();
  ASSERT_EQ(fine.warnings.size(), 1u);
  EXPECT_NE(fine.warnings[0].message.find("call_1"), std::string::npos);
  EXPECT_EQ(model.get_history().size(), 4u) << "what was made up is not in the history";

  auto answered = in_background(model.ask_async(ToolResult("call_1", "sunny")));
  ASSERT_TRUE(server.wait_for_calls(3));
  EXPECT_NE(server.body(2).find("sunny"), std::string::npos);
  server.answer(2, 200, whole_answer("It is sunny."));
  EXPECT_EQ(answered.get().value().content, "It is sunny.");
  EXPECT_EQ(model.get_history().size(), 6u);
}

}  // namespace
}  // namespace fastccg

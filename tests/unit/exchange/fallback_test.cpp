#include "exchange/fallback.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "calling.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::in_background;
using testing::text_event;
using testing::whole_answer;

TEST(MayFallBack, what_another_model_need_not_suffer_from) {
  for (const auto kind :
       {ErrorKind::quota_exhausted, ErrorKind::rate_limited, ErrorKind::model_unavailable, ErrorKind::overloaded,
        ErrorKind::server, ErrorKind::connection, ErrorKind::stream_truncated, ErrorKind::protocol})
    EXPECT_TRUE(may_fall_back(Error(kind, ""))) << to_string(kind);
  for (const auto kind : {ErrorKind::authentication, ErrorKind::permission, ErrorKind::invalid_request,
                          ErrorKind::context_too_long, ErrorKind::content_filtered, ErrorKind::tls,
                          ErrorKind::cancelled, ErrorKind::missing_key, ErrorKind::session, ErrorKind::usage})
    EXPECT_FALSE(may_fall_back(Error(kind, ""))) << to_string(kind);
}

TEST(MayFallBack, total_deadline_spans_all_models) {
  Error error(ErrorKind::timeout, "");
  for (const auto deadline : {Deadline::connect, Deadline::first_byte, Deadline::idle}) {
    error.deadline = deadline;
    EXPECT_TRUE(may_fall_back(error)) << to_string(deadline);
  }
  error.deadline = Deadline::total;
  EXPECT_FALSE(may_fall_back(error));
}

class Fallbacks : public testing::Calling {
 protected:
  Model make_model_with(std::vector<Fallback> others, int attempts = 1) {
    auto model = make_model();
    model.fallbacks(others).retries(Retries().attempts(attempts).initial_delay(1ms));
    return model;
  }
};

const std::string not_found = R"({"error":{"message":"no such model","code":"model_not_found"}})";
const std::string claude_answer =
    R"({"id":"m1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Hello."}],)"
    R"("stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}})";

TEST_F(Fallbacks, next_model_answers_with_its_own_key_address_and_protocol) {
  auto model = make_model_with({Fallback("anthropic/claude-sonnet-5", ApiKey("sk-other-canary"),
                                         Endpoint().base_url("https://claude.example"))});
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 404, not_found);
  ASSERT_TRUE(server.wait_for_calls(2));
  const auto request = server.request(1);
  EXPECT_EQ(request.url, "https://claude.example/v1/messages");
  EXPECT_EQ(*find_header(request.headers, "x-api-key"), "sk-other-canary");
  EXPECT_EQ(find_header(request.headers, "authorization"), nullptr) << "the first key goes to its own provider only";
  server.answer(1, 200, claude_answer);
  const auto answer = reply.get().value();
  EXPECT_EQ(answer.content, "Hello.");
  EXPECT_EQ(answer.provider, "anthropic");
  EXPECT_EQ(answer.model, "claude-sonnet-5");
  EXPECT_EQ(answer.attempts, 2);
  ASSERT_FALSE(answer.warnings.empty());
  EXPECT_EQ(answer.warnings.back().setting, "fallbacks");
  EXPECT_NE(answer.warnings.back().message.find("openai/gpt-4o (model_unavailable after 1 attempt"), std::string::npos)
      << answer.warnings.back().message;
  EXPECT_EQ(model.get_history().at(1).provider, "anthropic");
  EXPECT_EQ(model.get_history().at(1).model, "claude-sonnet-5");
}

TEST_F(Fallbacks, attempts_are_used_up_before_the_next_model_is_asked) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))}, 2);
  auto reply = in_background(model.ask_async("Q"));
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(server.wait_for_calls(i + 1));
    EXPECT_EQ(server.request(i).url.find("groq") != std::string::npos, i >= 2) << i;
    server.answer(i, 503, "busy");
  }
  const auto error = reply.get().error();
  EXPECT_EQ(error.kind, ErrorKind::overloaded);
  EXPECT_EQ(error.provider, "groq");
  EXPECT_EQ(error.attempts, 4);
  EXPECT_NE(error.message.find("asked before were openai/gpt-4o (overloaded after 2 attempts"), std::string::npos)
      << error.message;
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Fallbacks, announced_delay_beyond_the_cap_moves_on_at_once) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))}, 3);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})", {{"retry-after", "3600"}});
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("A"));
  EXPECT_EQ(reply.get().value().provider, "groq");
}

TEST_F(Fallbacks, refused_request_is_for_the_caller_to_see) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 401, R"({"error":{"message":"bad key","code":"invalid_api_key"}})");
  EXPECT_EQ(reply.get().error().kind, ErrorKind::authentication);
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Fallbacks, never_after_output_has_reached_the_caller) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto stream = std::async(std::launch::async, [&] {
    try {
      for (const auto& chunk : model.ask_stream("Q")) static_cast<void>(chunk);
    } catch (const FastCCGError& error) {
      return error.error().partial;
    }
    return std::string();
  });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hi"));
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "reset")));
  EXPECT_EQ(stream.get(), "Hi");
  EXPECT_EQ(server.calls(), 1u);
}

TEST_F(Fallbacks, abandoned_stream_of_a_fallback_is_committed_as_its_own) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "refused")));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.begin_stream(1);
  server.send(1, text_event("Hi"));
  EXPECT_EQ(first.get(), "Hi");
  stream.close();
  EXPECT_EQ(model.get_history().at(1).provider, "groq");
}

TEST_F(Fallbacks, total_deadline_spans_all_models) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  model.timeouts(Timeouts().total(300ms));
  const auto began = std::chrono::steady_clock::now();
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  std::this_thread::sleep_until(began + 200ms);
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2));
  const auto error = reply.get().error();
  EXPECT_EQ(error.deadline, Deadline::total);
  EXPECT_NE(error.message.find("openai/gpt-4o"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(Fallbacks, errors_hold_neither_key) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "refused with sk-test-canary-1")));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.end(1, transport::HttpEnd(Error(ErrorKind::connection, "refused with sk-2-canary")));
  EXPECT_EQ(reply.get().error().describe().find("canary"), std::string::npos);
}

TEST_F(Fallbacks, missing_key_is_found_when_they_are_set_and_changes_nothing) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  EXPECT_THROW(model.fallbacks({"nobody/x"}), UsageError);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2)) << "those that were set before are still there";
  server.answer(1, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
}

TEST_F(Fallbacks, fork_has_them_and_reset_forgets_them) {
  auto model = make_model_with({Fallback("groq/llama-x", ApiKey("sk-2-canary"))});
  auto fork = model.fork();
  model.reset().retries(Retries().attempts(1));
  auto alone = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  EXPECT_FALSE(alone.get());
  auto forked = in_background(fork.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(3));
  server.answer(2, 200, whole_answer("A"));
  EXPECT_TRUE(forked.get());
}

}  // namespace
}  // namespace fastccg

#include <gtest/gtest.h>

#include "../support.hpp"

namespace fastccg::protocols {
namespace {

/// An answer whose only choice has this message.
std::string answer(const std::string& message, const std::string& finish = R"("stop")") {
  return R"({"id":"c1","model":"m-2","choices":[{"index":0,"message":)" + message + R"(,"finish_reason":)" + finish +
         "}]}";
}

TEST(ChatAnswer, text_and_usage_are_read) {
  const std::string body =
      R"({"id":"c1","object":"chat.completion","model":"m-2","choices":[{"index":0,"message":{"role":"assistant",)"
      R"("content":"Hi","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":14,"completion_tokens":8,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":2,)"
      R"("cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":5}}})";
  const auto out = decode(body);
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.heard, "text(Hi)");
  EXPECT_EQ(out.reply.content, "Hi");
  EXPECT_EQ(out.reply.id, "c1");
  EXPECT_EQ(out.reply.provider_model, "m-2");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(out.reply.usage.input, 14);
  EXPECT_EQ(out.reply.usage.input_cached, 2);
  EXPECT_EQ(out.reply.usage.input_cache_write, 3);
  EXPECT_EQ(out.reply.usage.output, 8);
  EXPECT_EQ(out.reply.usage.output_reasoning, 5);
  EXPECT_EQ(out.reply.tokens_used, 22);
  EXPECT_EQ(out.reply.raw, body);
  EXPECT_EQ(out.reply.message.parts.size(), 1u);
}

TEST(ChatAnswer, blank_lines_before_the_body_are_skipped) {
  const auto out = decode("\n\n\r\n   \n" + answer(R"({"content":"a"})"));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatAnswer, missing_members_are_no_error) {
  const auto out = decode(R"({"choices":[{"message":{"content":null}}]})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::unknown);
  EXPECT_EQ(out.reply.usage, Usage());
}

TEST(ChatAnswer, tool_calls_are_read_in_every_shape) {
  const auto out = decode(answer(
      R"({"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
      R"({"index":0,"id":"","function":{"name":"g","arguments":{"y":[12345678901234567890123,true]}}},)"
      R"({"id":"a","function":{"name":"h","arguments":""}}],"function_call":{"name":"","arguments":""}})",
      R"("")"));
  ASSERT_FALSE(out.error);
  const auto calls = out.reply.tool_calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[0], ToolCall("a", "f", "{\"x\":1}"));
  EXPECT_EQ(calls[1].name, "g");
  EXPECT_TRUE(calls[1].arguments.starts_with("{\"y\":[")) << calls[1].arguments;
  EXPECT_FALSE(calls[1].id.empty());
  EXPECT_EQ(calls[2].arguments, "");
  EXPECT_NE(calls[2].id, "a") << "an id that stands twice";
  EXPECT_EQ(out.reply.finish_reason, FinishReason::tool_calls) << "the calls decide, not the finish reason";
}

TEST(ChatAnswer, cut_arguments_are_kept_as_they_are) {
  const auto out =
      decode(answer(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]})", R"("length")"));
  EXPECT_EQ(out.reply.tool_calls().at(0).arguments, "{\"x\":");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::length);
}

TEST(ChatAnswer, refusal_and_reasoning_are_not_text) {
  const auto out = decode(answer(R"({"content":null,"refusal":"no","reasoning_content":"think"})"));
  EXPECT_EQ(out.reply.content, "");
  EXPECT_EQ(out.reply.refusal(), "no");
  EXPECT_EQ(out.reply.reasoning(), "think");
}

TEST(ChatAnswer, content_list_is_read_in_order) {
  const auto out = decode(answer(
      R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}],"closed":true},)"
      R"({"type":"text","text":"1"},{"type":"image_url","image_url":"u"},{"type":"text","text":"2"}]})"));
  EXPECT_EQ(out.heard, "reasoning(a)text(1)text(2)");
  EXPECT_EQ(out.reply.content, "12");
}

TEST(ChatAnswer, message_wins_over_delta_in_a_whole_answer) {
  const auto out =
      decode(R"({"choices":[{"index":0,"delta":{"content":""},"message":{"content":"a"},"finish_reason":"stop"}]})");
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatAnswer, only_the_choice_of_index_zero_counts) {
  const auto out = decode(
      R"({"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"length"},{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]})");
  EXPECT_EQ(out.reply.content, "a");
  EXPECT_EQ(out.reply.raw_finish_reason, "stop");
}

TEST(ChatAnswer, what_goes_back_with_a_call_is_kept) {
  const auto out = decode(answer(
      R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig"}}}]})"));
  ASSERT_EQ(out.reply.message.parts.size(), 2u);
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[1]).json,
            R"({"call":0,"extra_content":{"google":{"thought_signature":"sig"}}})");
}

TEST(ChatAnswer, error_after_a_status_of_success_is_an_error) {
  const auto out =
      decode(R"({"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"slow down"}}})");
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::rate_limited);
  EXPECT_EQ(out.error->status, 429);
  EXPECT_EQ(out.error->provider_message, "Provider returned error");
}

TEST(ChatAnswer, stream_in_place_of_a_whole_answer_is_read) {
  const auto out = decode(events({chunk(R"({"content":"a"})"), chunk(R"({"content":"b"})", R"("stop")"), "[DONE]"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "ab");
}

TEST(ChatAnswer, cut_stream_in_place_of_a_whole_answer_is_truncation) {
  EXPECT_EQ(decode(events({chunk(R"({"content":"a"})")})).error.value().kind, ErrorKind::stream_truncated);
}

TEST(ChatAnswer, what_cannot_be_understood_is_a_protocol_error_that_says_why) {
  const auto message = [](std::string_view body) {
    const auto out = decode(body);
    EXPECT_EQ(out.error.value().kind, ErrorKind::protocol) << body;
    EXPECT_EQ(out.error->provider, "test");
    return out.error->message;
  };
  EXPECT_NE(message("").find("empty"), std::string::npos);
  EXPECT_NE(message(" \n ").find("empty"), std::string::npos);
  EXPECT_NE(message("<html><title>Log in</title></html>").find("web page"), std::string::npos);
  EXPECT_NE(message("{\"choices\":[").find("JSON"), std::string::npos);
  EXPECT_NE(message("{\"choices\":[]}").find("no choices"), std::string::npos);
  EXPECT_NE(message("[]").find("no choices"), std::string::npos);
  EXPECT_NE(message("{\"a\":\"\xFF\"}").find("UTF-8"), std::string::npos);
}

TEST(ChatAnswer, body_kept_in_an_error_is_bounded_and_cuts_no_character) {
  std::string body(16 * 1024 - 1, 'x');
  body += "\xC3\xA9";
  const auto out = decode(body);
  EXPECT_EQ(out.error.value().body, std::string(16 * 1024 - 1, 'x'));
}

}  // namespace
}  // namespace fastccg::protocols

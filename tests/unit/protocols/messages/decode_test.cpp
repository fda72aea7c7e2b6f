#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::messages {
namespace {

TEST(messages_decode, whole_answer_gives_what_its_stream_gives) {
  const auto whole = decoded(answer(
      R"([{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"claim","citations":[{"url":"u"}]},)"
      R"({"type":"server_tool_use","id":"v","name":"w","input":{"q":1}},)"
      R"({"type":"tool_use","id":"t","name":"f","input":{"a":[1,2]},"caller":{"type":"direct"}}])",
      "\"tool_use\""));
  const auto stream = streamed(
      start_event() + block_start(0, R"({"type":"thinking","thinking":"","signature":""})") +
      delta(0, "thinking_delta", R"("thinking":"hm")") + delta(0, "signature_delta", R"("signature":"s")") +
      block_stop(0) + block_start(1, R"({"type":"text","text":""})") + delta(1, "text_delta", R"("text":"claim")") +
      delta(1, "citations_delta", R"("citation":{"url":"u"})") + block_stop(1) +
      block_start(2, R"({"type":"server_tool_use","id":"v","name":"w","input":{}})") +
      delta(2, "input_json_delta", R"("partial_json":"{\"q\":1}")") + block_stop(2) +
      block_start(3, R"({"type":"tool_use","id":"t","name":"f","input":{}})") +
      delta(3, "input_json_delta", R"("partial_json":"{\"a\":[1,2]}")") + block_stop(3) + end_events("tool_use"));
  EXPECT_FALSE(whole.error);
  EXPECT_EQ(whole.reply.message, stream.reply.message);
  EXPECT_EQ(whole.reply.content, stream.reply.content);
  EXPECT_EQ(whole.reply.finish_reason, stream.reply.finish_reason);
}

TEST(messages_decode, raw_is_the_answer_as_it_came) {
  const auto body = answer(R"([{"type":"text","text":"a"}])");
  EXPECT_EQ(decoded(" " + body + "\n").reply.raw, body);
}

TEST(messages_decode, empty_content_is_an_empty_answer) {
  const auto outcome = decoded(answer("[]"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::stop);
}

TEST(messages_decode, missing_numbers_stay_absent) {
  const auto outcome =
      decoded(R"({"type":"message","content":[],"stop_reason":"end_turn","usage":{"output_tokens":4}})");
  EXPECT_EQ(outcome.reply.usage.input, std::nullopt);
  EXPECT_EQ(outcome.reply.usage.output, 4);
  EXPECT_EQ(outcome.reply.usage.total, std::nullopt);
  EXPECT_EQ(outcome.reply.tokens_used, std::nullopt);
}

TEST(messages_decode, reasons_to_stop_are_translated) {
  const std::pair<const char*, FinishReason> cases[] = {
      {"end_turn", FinishReason::stop},       {"stop_sequence", FinishReason::stop},
      {"max_tokens", FinishReason::length},   {"model_context_window_exceeded", FinishReason::length},
      {"pause_turn", FinishReason::pause},    {"refusal", FinishReason::content_filter},
      {"tool_use", FinishReason::tool_calls}, {"something_new", FinishReason::other}};
  for (const auto& [raw, reason] : cases) {
    const auto reply = decoded(answer("[]", '"' + std::string(raw) + '"')).reply;
    EXPECT_EQ(reply.finish_reason, reason) << raw;
    EXPECT_EQ(reply.raw_finish_reason, raw);
  }
  EXPECT_EQ(decoded(answer("[]", "null")).reply.finish_reason, FinishReason::unknown);
}

TEST(messages_decode, refusal_says_why_in_a_warning) {
  const auto outcome = decoded(R"({"type":"message","content":[{"type":"text","text":"par"}],"stop_reason":"refusal",)"
                               R"("stop_details":{"type":"refusal","category":"bio","explanation":"too risky"}})");
  ASSERT_EQ(outcome.reply.warnings.size(), 1u);
  EXPECT_EQ(outcome.reply.warnings[0].message, "the provider's policy stopped the answer (bio): too risky");
  EXPECT_EQ(outcome.reply.content, "par");
}

TEST(messages_decode, error_with_a_status_of_success_fails) {
  const auto outcome = decoded(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->kind, ErrorKind::overloaded);
}

TEST(messages_decode, stream_in_place_of_a_whole_answer_is_read) {
  const auto outcome = decoded(start_event() + text_block(0, "a") + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "a");
}

TEST(messages_decode, what_is_no_answer_is_a_protocol_error) {
  for (const auto* body : {"", " \n", "<html></html>", "{\"type\":\"message\"", "{}", "[]", "null", "7"}) {
    const auto outcome = decoded(body);
    ASSERT_TRUE(outcome.error) << body;
    EXPECT_EQ(outcome.error->kind, ErrorKind::protocol) << body;
    EXPECT_EQ(outcome.error->provider, "anthropic");
  }
}

TEST(messages_decode, content_of_the_wrong_shape_is_survived) {
  const auto outcome =
      decoded(answer(R"([null,7,"x",{},{"type":7},{"type":"text"},{"type":"tool_use"},{"type":"thinking"},)"
                     R"({"type":"tool_use","id":"t","name":"f","input":"no object"}])"));
  EXPECT_FALSE(outcome.error);
  const auto calls = outcome.reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_FALSE(calls[0].id.empty());
  EXPECT_EQ(calls[1].arguments, "{}");
}

}  // namespace
}  // namespace fastccg::protocols::messages

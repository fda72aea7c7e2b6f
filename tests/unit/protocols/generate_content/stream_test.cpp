#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

TEST(GenerateContentStream, text_is_reported_piece_by_piece) {
  const auto out = streamed(crlf_events(
      {answer(R"({"text":"Gr\u00fc"})"), answer(R"({"text":"\u00dfe"})"), answer(R"({"text":""})", "STOP")}));
  ASSERT_FALSE(out.error) << out.error->describe();
  EXPECT_EQ(out.heard, "text(Gr\u00fc)text(\u00dfe)");
  EXPECT_EQ(out.reply.content, "Gr\u00fc\u00dfe");
  EXPECT_EQ(out.reply.message.parts.size(), 1u);
  EXPECT_EQ(out.reply.id, "r1");
  EXPECT_EQ(out.reply.provider_model, "gemini-9");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(out.reply.raw_finish_reason, "STOP");
}

TEST(GenerateContentStream, line_feeds_alone_end_events_too) {
  const auto out = streamed(events({answer(R"({"text":"a"})"), answer(R"({"text":"b"})", "STOP")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "ab");
}

TEST(GenerateContentStream, last_event_without_blank_line_counts) {
  const auto out = streamed("data: " + answer(R"({"text":"a"})", "STOP"));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(GenerateContentStream, thoughts_and_text_in_one_event_are_kept_apart) {
  const auto out = streamed(crlf_events(
      {answer(R"({"text":"Hm.","thought":true},{"text":"Yes"})"), answer(R"({"text":" indeed"})", "STOP")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.heard, "reasoning(Hm.)text(Yes)text( indeed)");
  EXPECT_EQ(out.reply.content, "Yes indeed");
  EXPECT_EQ(out.reply.reasoning(), "Hm.");
}

TEST(GenerateContentStream, content_after_a_finish_reason_counts_and_the_last_reason_wins) {
  const auto out = streamed(crlf_events({answer(R"({"text":"one "})", "MAX_TOKENS"),
                                         answer(R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}})"),
                                         answer(R"({"text":"two"})", "STOP")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "one two");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::stop);
}

TEST(GenerateContentStream, content_without_parts_ends_the_answer) {
  const auto out = streamed(crlf_events(
      {answer(R"({"text":"5"})"), R"({"candidates":[{"content":{"role":"model"},"finishReason":"STOP","index":0}]})"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "5");
}

TEST(GenerateContentStream, last_usage_wins_as_a_whole_even_when_it_is_smaller) {
  const auto out = streamed(crlf_events(
      {answer(R"({"text":"a"})", {}, R"({"promptTokenCount":169,"candidatesTokenCount":8,"totalTokenCount":177})"),
       answer(R"({"text":"b"})", "STOP", R"({"promptTokenCount":79,"thoughtsTokenCount":5,"totalTokenCount":84})")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.usage.input, 79);
  EXPECT_EQ(out.reply.usage.output, 5);
  EXPECT_EQ(out.reply.usage.output_reasoning, 5);
  EXPECT_EQ(out.reply.tokens_used, 84);
  EXPECT_EQ(out.reply.raw, R"({"promptTokenCount":79,"thoughtsTokenCount":5,"totalTokenCount":84})");
}

TEST(GenerateContentStream, call_in_an_event_before_the_finish_is_whole) {
  const auto out = streamed(
      crlf_events({answer(R"({"functionCall":{"name":"add","args":{"a":1,"b":[2,"x"]}},"thoughtSignature":"U0lH"})"),
                   answer(R"({"text":""})", "STOP")}));
  ASSERT_FALSE(out.error);
  ASSERT_EQ(out.reply.tool_calls().size(), 1u);
  EXPECT_EQ(out.heard, "call0(" + out.reply.tool_calls()[0].id + R"(,add)arguments0({"a":1,"b":[2,"x"]}))");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(out.reply.raw_finish_reason, "STOP");
  EXPECT_EQ(opaque_parts(out.reply), R"(thoughtSignature="U0lH" )");
}

TEST(GenerateContentStream, calls_of_one_name_in_several_events_get_ids_of_their_own) {
  const auto call = R"({"functionCall":{"name":"roll","args":{}}})";
  const auto out = streamed(crlf_events({answer(call), answer(std::string(call) + "," + call, "STOP")}));
  ASSERT_FALSE(out.error);
  const auto calls = out.reply.tool_calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_FALSE(calls[0].id.empty());
  EXPECT_NE(calls[0].id, calls[1].id);
  EXPECT_NE(calls[1].id, calls[2].id);
  EXPECT_NE(calls[0].id, calls[2].id);
}

TEST(GenerateContentStream, signed_text_is_not_joined_with_what_stands_beside_it) {
  const auto out =
      streamed(crlf_events({answer(R"({"text":"a"})"), answer(R"({"text":"b","thoughtSignature":"Qg=="})"),
                            answer(R"({"text":"c"})"), answer(R"({"text":"","thoughtSignature":"RQ=="})", "STOP")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "abc");
  ASSERT_EQ(out.reply.message.parts.size(), 5u);
  EXPECT_EQ(std::get<Text>(out.reply.message.parts[1]).text, "b");
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[2]).json, R"("Qg==")");
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[4]).json, R"({"text":"","thoughtSignature":"RQ=="})");
}

TEST(GenerateContentStream, what_stands_beside_the_content_is_kept_once_at_the_end) {
  const auto first =
      R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"groundingMetadata":{"webSearchQueries":["x"]}}]})";
  const auto last = R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP",)"
                    R"("groundingMetadata":{"webSearchQueries":["x","y"]}}]})";
  const auto out = streamed(crlf_events({first, last}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "ab");
  EXPECT_EQ(opaque_parts(out.reply), R"(groundingMetadata={"webSearchQueries":["x","y"]} )");
}

TEST(GenerateContentStream, other_candidates_are_left_alone) {
  const auto out =
      streamed(crlf_events({R"({"candidates":[{"content":{"parts":[{"text":"B"}]},"index":1,"finishReason":"STOP"},)"
                            R"({"content":{"parts":[{"text":"A"}]}}]})",
                            R"({"candidates":[{"finishReason":"MAX_TOKENS"}]})"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "A");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::length);
}

TEST(GenerateContentStream, end_without_finish_reason_is_truncation) {
  const auto out = streamed(crlf_events({answer(R"({"text":"half"})")}));
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::stream_truncated);
  EXPECT_EQ(out.reply.content, "half");
}

TEST(GenerateContentStream, nothing_at_all_is_truncation) {
  EXPECT_EQ(streamed("").error->kind, ErrorKind::stream_truncated);
}

TEST(GenerateContentStream, error_event_fails_and_keeps_what_had_come) {
  const auto out =
      streamed(crlf_events({answer(R"({"text":"half"})"),
                            R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})"}));
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::overloaded);
  EXPECT_EQ(out.error->code, "UNAVAILABLE");
  EXPECT_EQ(out.error->status, 503);
  EXPECT_EQ(out.reply.content, "half");
}

TEST(GenerateContentStream, error_that_is_not_framed_is_understood) {
  const auto out = streamed(crlf_events({answer(R"({"text":"half"})")}) +
                            "{\n  \"error\": {\n    \"code\": 500,\n    \"message\": \"Internal: it broke\",\n"
                            "    \"status\": \"INTERNAL\"\n  }\n}\n");
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::server);
  EXPECT_EQ(out.error->provider_message, "Internal: it broke");
}

TEST(GenerateContentStream, error_in_a_list_is_understood) {
  const auto out =
      streamed("[{\"error\":{\"code\":429,\"message\":\"Too much\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n]\n");
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::rate_limited);
}

TEST(GenerateContentStream, list_instead_of_events_is_read) {
  const auto out = streamed("[" + answer(R"({"text":"a"})") + ",\r\n" + answer(R"({"text":"b"})", "STOP") + "]\r\n");
  ASSERT_FALSE(out.error) << out.error->describe();
  EXPECT_EQ(out.reply.content, "ab");
}

TEST(GenerateContentStream, unreadable_event_fails) {
  const auto out = streamed(crlf_events({answer(R"({"text":"a"})"), R"({"candidates":[{"content":)"}));
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::protocol);
}

TEST(GenerateContentStream, blocked_prompt_ends_as_filtered) {
  const auto out = streamed(crlf_events({R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})",
                                         R"({"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}})"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::content_filter);
  EXPECT_EQ(out.reply.raw_finish_reason, "PROHIBITED_CONTENT");
  EXPECT_EQ(out.reply.tokens_used, 4);
}

}  // namespace
}  // namespace fastccg::protocols::generate_content

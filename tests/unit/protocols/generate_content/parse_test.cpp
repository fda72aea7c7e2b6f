#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

TEST(GenerateContentAnswer, text_id_model_and_usage_are_read) {
  const auto body = answer(R"({"text":"4"})", "STOP",
                           R"({"promptTokenCount":13,"cachedContentTokenCount":10,"candidatesTokenCount":1,)"
                           R"("thoughtsTokenCount":35,"toolUsePromptTokenCount":7,"totalTokenCount":56})");
  const auto out = whole(body);
  ASSERT_FALSE(out.error) << out.error->describe();
  EXPECT_EQ(out.reply.content, "4");
  EXPECT_EQ(out.reply.id, "r1");
  EXPECT_EQ(out.reply.provider_model, "gemini-9");
  EXPECT_EQ(out.reply.usage.input, 20);
  EXPECT_EQ(out.reply.usage.input_cached, 10);
  EXPECT_EQ(out.reply.usage.output, 36);
  EXPECT_EQ(out.reply.usage.output_reasoning, 35);
  EXPECT_EQ(out.reply.usage.total, 56);
  EXPECT_EQ(out.reply.raw, body);
}

TEST(GenerateContentAnswer, counters_that_are_missing_stay_absent) {
  const auto out = whole(answer("", "STOP", R"({"promptTokenCount":5})"));
  EXPECT_EQ(out.reply.usage.input, 5);
  EXPECT_FALSE(out.reply.usage.output);
  EXPECT_FALSE(out.reply.usage.total);
}

TEST(GenerateContentAnswer, whole_answer_and_stream_give_the_same_message) {
  const std::string parts =
      R"({"text":"t","thought":true},{"text":"a"},{"text":"b"},{"text":"c","thoughtSignature":"Qg=="},)"
      R"({"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"RQ=="})";
  const auto one = whole(answer(parts, "STOP"));
  const auto many = streamed(crlf_events({answer(parts, "STOP")}));
  EXPECT_EQ(one.reply.message, many.reply.message);
  EXPECT_EQ(one.reply.finish_reason, FinishReason::tool_calls);
}

TEST(GenerateContentAnswer, limit_spent_on_reasoning_is_empty_and_warned_about) {
  const auto out = whole(R"({"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],)"
                         R"("usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":2,"totalTokenCount":11}})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::length);
  EXPECT_TRUE(out.reply.content.empty());
  ASSERT_EQ(out.reply.warnings.size(), 1u);
  EXPECT_EQ(out.reply.warnings[0].setting, "max_tokens");
}

TEST(GenerateContentAnswer, blocked_answer_is_filtered) {
  const auto out =
      whole(R"({"candidates":[{"content":{},"finishReason":"SAFETY","safetyRatings":[{"blocked":true}]}]})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::content_filter);
  EXPECT_TRUE(out.reply.message.parts.empty());
}

TEST(GenerateContentAnswer, blocked_prompt_is_filtered_and_says_why) {
  const auto out = whole(R"({"promptFeedback":{"blockReason":"OTHER","blockReasonMessage":"not this"},)"
                         R"("usageMetadata":{"promptTokenCount":9}})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::content_filter);
  EXPECT_EQ(out.reply.raw_finish_reason, "OTHER");
  ASSERT_EQ(out.reply.warnings.size(), 1u);
  EXPECT_NE(out.reply.warnings[0].message.find("not this"), std::string::npos);
}

TEST(GenerateContentAnswer, answer_without_candidates_is_empty_for_another_reason) {
  const auto out = whole(R"({"usageMetadata":{"promptTokenCount":9},"modelVersion":"m","responseId":"r"})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::other);
}

TEST(GenerateContentAnswer, unusable_call_is_an_error_that_says_why) {
  const auto out = whole(R"({"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL",)"
                         R"("finishMessage":"Malformed: print(f(1) now"}]})");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::error);
  ASSERT_EQ(out.reply.warnings.size(), 1u);
  EXPECT_NE(out.reply.warnings[0].message.find("print(f(1)"), std::string::npos);
}

TEST(GenerateContentAnswer, finish_message_of_a_call_is_no_warning) {
  const auto out = whole(R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP",)"
                         R"("finishMessage":"Model generated function call(s)."}]})");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::tool_calls);
  EXPECT_TRUE(out.reply.warnings.empty());
}

TEST(GenerateContentAnswer, reasons_that_are_not_known_are_other) {
  EXPECT_EQ(whole(answer(R"({"text":"a"})", "TIRED")).reply.finish_reason, FinishReason::other);
  EXPECT_EQ(whole(answer(R"({"text":"a"})", "NO_IMAGE")).reply.finish_reason, FinishReason::other);
  EXPECT_EQ(whole(answer(R"({"text":"a"})", "SPII")).reply.finish_reason, FinishReason::content_filter);
  EXPECT_EQ(whole(answer(R"({"text":"a"})")).reply.finish_reason, FinishReason::unknown);
}

TEST(GenerateContentAnswer, call_keeps_the_id_and_may_lack_arguments) {
  const auto out =
      whole(answer(R"({"functionCall":{"id":"x7","name":"now"}},{"functionCall":{"id":"x7","name":"f","args":null}})"));
  const auto calls = out.reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].id, "x7");
  EXPECT_EQ(calls[0].arguments, "");
  EXPECT_NE(calls[1].id, "x7") << "two calls with one id cannot be told apart";
}

TEST(GenerateContentAnswer, integers_keep_their_digits_in_arguments) {
  const auto out = whole(answer(R"({"functionCall":{"name":"f","args":{"n":9007199254740993}}})"));
  EXPECT_EQ(out.reply.tool_calls().at(0).arguments, R"({"n":9007199254740993})");
}

TEST(GenerateContentAnswer, signed_thought_carries_its_signature) {
  const auto out = whole(answer(R"({"text":"hm","thought":true,"thoughtSignature":"U0lH"},{"text":"yes"})", "STOP"));
  const auto& reasoning = std::get<Reasoning>(out.reply.message.parts.at(0));
  EXPECT_EQ(reasoning.text, "hm");
  EXPECT_EQ(reasoning.payload, R"("U0lH")");
  EXPECT_EQ(reasoning.provider, "gemini");
}

TEST(GenerateContentAnswer, pictures_sounds_and_files_become_parts) {
  const auto out =
      whole(answer(R"({"inlineData":{"mimeType":"image/png","data":"iVBORw=="},"thoughtSignature":"Qg=="},)"
                   R"({"inlineData":{"mimeType":"audio/L16;rate=24000","data":"AAE="}},)"
                   R"({"inlineData":{"mimeType":"text/csv","data":"YSxi"}},)"
                   R"({"fileData":{"fileUri":"https://files/x","mimeType":"video/mp4"}})",
                   "STOP"));
  const auto& parts = out.reply.message.parts;
  ASSERT_EQ(parts.size(), 5u);
  EXPECT_EQ(std::get<Image>(parts[0]), Image::from_bytes("\x89PNG", "image/png"));
  EXPECT_EQ(std::get<Opaque>(parts[1]).kind, "thoughtSignature");
  EXPECT_EQ(std::get<Audio>(parts[2]).format, "L16;rate=24000");
  EXPECT_EQ(std::get<File>(parts[3]).bytes, "a,b");
  EXPECT_EQ(std::get<File>(parts[4]).url, "https://files/x");
}

TEST(GenerateContentAnswer, hosted_tools_are_kept_whole) {
  const std::string code = R"({"executableCode":{"language":"PYTHON","code":"1\n"},"thoughtSignature":"Qg=="})";
  const std::string call = R"({"thoughtSignature":"RQ==","toolCall":{"toolType":"GOOGLE_SEARCH_WEB","id":"a"}})";
  const auto out = whole(answer(code + "," + call + R"(,{"thoughtSignature":"Rg=="})", "STOP"));
  EXPECT_EQ(opaque_parts(out.reply),
            "executableCode=" + code + " toolCall=" + call + R"( part={"thoughtSignature":"Rg=="} )");
}

TEST(GenerateContentAnswer, parts_of_the_wrong_shape_do_no_harm) {
  const auto out = whole(
      answer(R"(null,7,"x",{},{"text":null},{"inlineData":{"data":"%%%"}},{"functionCall":{}},{"text":"a"})", "STOP"));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
  EXPECT_EQ(out.reply.tool_calls().size(), 0u);
}

TEST(GenerateContentAnswer, events_in_place_of_an_answer_are_read) {
  EXPECT_EQ(whole(crlf_events({answer(R"({"text":"a"})"), answer(R"({"text":"b"})", "STOP")})).reply.content, "ab");
  EXPECT_EQ(whole("[" + answer(R"({"text":"a"})") + "," + answer(R"({"text":"b"})", "STOP") + "]").reply.content, "ab");
}

TEST(GenerateContentAnswer, what_is_no_answer_is_refused) {
  for (const auto* body : {"", "  ", "<html>busy</html>", "{", "{}", "[]", "7", R"({"hello":1})"}) {
    const auto out = whole(body);
    ASSERT_TRUE(out.error) << body;
    EXPECT_EQ(out.error->kind, ErrorKind::protocol) << body;
  }
}

TEST(GenerateContentAnswer, error_with_a_status_of_success_fails) {
  const auto out = whole(R"([{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}])");
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::model_unavailable);
}

}  // namespace
}  // namespace fastccg::protocols::generate_content

#include "core/reply_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastccg {
namespace {

class Recorder final : public ReplyBuilder::Listener {
 public:
  void on_text(std::string_view text) override { heard.push_back("text " + std::string(text)); }
  void on_reasoning(std::string_view text) override { heard.push_back("reasoning " + std::string(text)); }
  void on_refusal(std::string_view text) override { heard.push_back("refusal " + std::string(text)); }
  void on_tool_call(std::size_t index, std::string_view id, std::string_view name) override {
    heard.push_back("call " + std::to_string(index) + " " + std::string(id) + " " + std::string(name));
  }
  void on_tool_arguments(std::size_t index, std::string_view fragment) override {
    heard.push_back("arguments " + std::to_string(index) + " " + std::string(fragment));
  }

  std::vector<std::string> heard;
};

TEST(ReplyBuilder, text_deltas_become_one_part) {
  ReplyBuilder builder("openai");
  builder.text("Hel");
  builder.text("");
  builder.text("lo");
  builder.complete();
  const auto reply = builder.take();
  EXPECT_EQ(reply.content, "Hello");
  ASSERT_EQ(reply.message.parts.size(), 1u);
  EXPECT_EQ(reply.message.provider, "openai");
}

TEST(ReplyBuilder, parts_keep_the_order_in_which_they_began) {
  ReplyBuilder builder("anthropic");
  builder.reasoning("hm");
  builder.text("a");
  builder.tool_call(1, "id1", "f");
  builder.text("b");
  const auto reply = builder.take();
  ASSERT_EQ(reply.message.parts.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<Reasoning>(reply.message.parts[0]));
  EXPECT_TRUE(std::holds_alternative<Text>(reply.message.parts[1]));
  EXPECT_TRUE(std::holds_alternative<ToolCall>(reply.message.parts[2]));
  EXPECT_EQ(reply.content, "ab");
  EXPECT_EQ(reply.reasoning(), "hm");
}

TEST(ReplyBuilder, ended_part_is_not_continued) {
  ReplyBuilder builder("anthropic");
  builder.text("a");
  builder.end_part();
  builder.text("b");
  EXPECT_EQ(builder.take().message.parts.size(), 2u);
}

TEST(ReplyBuilder, interleaved_tool_calls_are_kept_apart_by_their_key) {
  Recorder recorder;
  ReplyBuilder builder("openai", &recorder);
  builder.tool_call(5, "a", "f");
  builder.tool_call(9, "b", "g");
  builder.tool_arguments(5, "{1");
  builder.tool_arguments(9, "{2}");
  builder.tool_arguments(5, "}");
  builder.tool_call(5, "", "");
  const auto calls = builder.take().tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0], ToolCall("a", "f", "{1}"));
  EXPECT_EQ(calls[1], ToolCall("b", "g", "{2}"));
  EXPECT_EQ(recorder.heard, (std::vector<std::string>{"call 0 a f", "call 1 b g", "arguments 0 {1", "arguments 1 {2}",
                                                      "arguments 0 }"}));
}

TEST(ReplyBuilder, missing_and_repeated_ids_are_minted_apart_from_all_others) {
  ReplyBuilder builder("gemini");
  builder.tool_call(0, "", "f");
  builder.tool_call(1, "call_0", "g");
  builder.tool_call(2, "call_0", "h");
  const auto calls = builder.take().tool_calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[1].id, "call_0");
  EXPECT_FALSE(calls[0].id.empty());
  EXPECT_NE(calls[0].id, calls[1].id);
  EXPECT_NE(calls[2].id, calls[1].id);
  EXPECT_NE(calls[2].id, calls[0].id);
}

std::string minted_id(std::string_view answer, std::size_t position) {
  ReplyBuilder builder("gemini", nullptr, position);
  builder.id(answer);
  builder.tool_call(0, "", "f");
  return builder.take().tool_calls().at(0).id;
}

TEST(ReplyBuilder, minted_ids_differ_from_answer_to_answer_and_are_the_same_for_the_same_one) {
  EXPECT_EQ(minted_id("r1", 3), minted_id("r1", 3));
  EXPECT_NE(minted_id("r1", 3), minted_id("r2", 3));
  EXPECT_NE(minted_id("", 1), minted_id("", 3));
}

TEST(ReplyBuilder, minted_id_is_heard_with_the_name_and_gives_way_to_one_that_comes_late) {
  Recorder recorder;
  ReplyBuilder builder("openai", &recorder);
  builder.tool_call(0, "", "f");
  builder.tool_call(0, "late", "");
  const auto calls = builder.take().tool_calls();
  EXPECT_EQ(calls.at(0).id, "late");
  ASSERT_EQ(recorder.heard.size(), 2u);
  EXPECT_TRUE(recorder.heard[0].starts_with("call 0 call_")) << recorder.heard[0];
  EXPECT_EQ(recorder.heard[1], "call 0 late f");
}

TEST(ReplyBuilder, tool_calls_decide_the_finish_reason_unless_the_answer_was_cut) {
  ReplyBuilder stopped("openai");
  stopped.tool_call(0, "a", "f");
  stopped.finish(FinishReason::stop, "stop");
  EXPECT_EQ(stopped.take().finish_reason, FinishReason::tool_calls);

  ReplyBuilder cut("openai");
  cut.tool_call(0, "a", "f");
  cut.finish(FinishReason::length, "length");
  EXPECT_EQ(cut.take().finish_reason, FinishReason::length);
}

TEST(ReplyBuilder, usage_is_a_snapshot_and_sums_are_derived) {
  ReplyBuilder builder("openai");
  Usage early;
  early.input = 99;
  builder.usage(early);
  Usage late;
  late.input = 10;
  late.output = 5;
  late.input_cached = 40;
  builder.usage(late);
  const auto reply = builder.take();
  EXPECT_EQ(reply.usage.input, 10);
  EXPECT_EQ(reply.usage.input_cached, 10) << "no more can be cached than was sent";
  EXPECT_EQ(reply.tokens_used, 15);
}

TEST(ReplyBuilder, absent_usage_stays_absent) {
  ReplyBuilder builder("openai");
  const auto reply = builder.take();
  EXPECT_FALSE(reply.tokens_used);
  EXPECT_FALSE(reply.usage.total);
}

TEST(ReplyBuilder, nothing_is_added_after_the_end_or_a_failure) {
  ReplyBuilder builder("openai");
  builder.text("a");
  builder.complete();
  builder.text("b");
  builder.fail(Error(ErrorKind::server, "too late"));
  EXPECT_FALSE(builder.failure());
  EXPECT_EQ(builder.partial_text(), "a");

  ReplyBuilder failed("openai");
  failed.fail(Error(ErrorKind::server, "first"));
  failed.fail(Error(ErrorKind::protocol, "second"));
  failed.complete();
  EXPECT_FALSE(failed.is_complete());
  EXPECT_EQ(failed.failure()->message, "first");
}

}  // namespace
}  // namespace fastccg

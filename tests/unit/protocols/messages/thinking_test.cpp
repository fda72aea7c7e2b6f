#include <gtest/gtest.h>

#include "rendering.hpp"

namespace fastccg::protocols::messages {
namespace {

Asking by_budget() {
  auto asking = hello();
  asking.model.takes_budget = true;
  asking.model.min_budget = 1024;
  asking.model.max_output_tokens = 64000;
  asking.model.sampling = ModelInfo::Sampling::only_without_reasoning;
  asking.model.efforts.emplace();
  return asking;
}

Asking adaptively() {
  auto asking = hello();
  asking.model.adaptive_reasoning = true;
  asking.model.efforts = {"low", "medium", "high", "max"};
  return asking;
}

TEST(messages_thinking, unset_says_nothing) {
  EXPECT_EQ(by_budget().member("thinking"), "null");
  EXPECT_EQ(adaptively().member("thinking"), "null");
  EXPECT_EQ(adaptively().member("output_config"), "null");
}

TEST(messages_thinking, budget_comes_on_top_of_the_usual_limit) {
  auto asking = by_budget();
  asking.settings.reasoning(ReasoningSetting::budget(4000));
  EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":4000})");
  EXPECT_EQ(asking.member("max_tokens"), "12192");
  EXPECT_EQ(asking.warned(), "");
}

TEST(messages_thinking, budget_stays_below_the_limit) {
  auto asking = by_budget();
  asking.settings.max_tokens(3000).reasoning(ReasoningSetting::budget(4000));
  EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":1500})");
  EXPECT_EQ(asking.member("max_tokens"), "3000");
  EXPECT_EQ(asking.warned(), "reasoning");
  asking.settings.max_tokens(1025);
  EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":1024})");
  asking.settings.max_tokens(1024);
  EXPECT_EQ(asking.member("thinking"), "null");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, budget_keeps_to_what_the_model_takes) {
  auto asking = by_budget();
  asking.settings.reasoning(ReasoningSetting::budget(10));
  EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":1024})");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, effort_becomes_a_budget_where_only_that_is_known) {
  const std::pair<const char*, const char*> cases[] = {{"minimal", "1024"}, {"low", "2048"},  {"medium", "8192"},
                                                       {"high", "16384"},   {"max", "32000"}, {"odd", "8192"}};
  for (const auto& [level, tokens] : cases) {
    auto asking = by_budget();
    asking.settings.reasoning(ReasoningSetting::effort(level));
    EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":)" + std::string(tokens) + "}") << level;
  }
}

TEST(messages_thinking, effort_is_sent_where_it_is_known) {
  auto asking = adaptively();
  asking.settings.reasoning(ReasoningSetting::effort("high"));
  EXPECT_EQ(asking.member("thinking"), R"({"type":"adaptive"})");
  EXPECT_EQ(asking.member("output_config"), R"({"effort":"high"})");
  EXPECT_EQ(asking.warned(), "");
}

TEST(messages_thinking, unknown_effort_becomes_the_next_below) {
  const std::pair<const char*, const char*> cases[] = {{"minimal", "low"}, {"xhigh", "high"}};
  for (const auto& [level, sent] : cases) {
    auto asking = adaptively();
    asking.settings.reasoning(ReasoningSetting::effort(level));
    EXPECT_EQ(asking.member("output_config"), R"({"effort":")" + std::string(sent) + "\"}") << level;
    EXPECT_EQ(asking.warned(), "reasoning");
  }
}

TEST(messages_thinking, budget_becomes_an_effort_where_it_is_not_taken) {
  auto asking = adaptively();
  asking.settings.reasoning(ReasoningSetting::budget(8000));
  EXPECT_EQ(asking.member("thinking"), R"({"type":"adaptive"})");
  EXPECT_EQ(asking.member("output_config"), R"({"effort":"medium"})");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, effort_and_schema_share_their_member) {
  auto asking = adaptively();
  asking.settings.reasoning(ReasoningSetting::effort("low"))
      .output_format(OutputFormat::schema("s", R"({"type":"string"})"));
  EXPECT_EQ(asking.member("output_config"),
            R"({"effort":"low","format":{"type":"json_schema","schema":{"type":"string"}}})");
}

TEST(messages_thinking, off_is_said_only_where_it_changes_anything) {
  auto asking = adaptively();
  asking.settings.reasoning(ReasoningSetting::off());
  EXPECT_EQ(asking.member("thinking"), "null");
  asking.model.reasons_by_default = true;
  EXPECT_EQ(asking.member("thinking"), R"({"type":"disabled"})");
  asking.model.reasoning_can_be_off = false;
  EXPECT_EQ(asking.member("thinking"), "null");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, model_that_does_not_reason_is_not_asked_to) {
  auto asking = by_budget();
  asking.model.reasons = false;
  asking.settings.reasoning(ReasoningSetting::effort("low"));
  EXPECT_EQ(asking.member("thinking"), "null");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, sampling_yields_to_thinking) {
  auto asking = by_budget();
  asking.settings.temperature(0.3).top_k(3).reasoning(ReasoningSetting::budget(2000));
  EXPECT_EQ(asking.member("temperature"), "null");
  EXPECT_EQ(asking.member("top_k"), "null");
  EXPECT_EQ(asking.warned(), "temperature top_k");
}

TEST(messages_thinking, budget_yields_to_a_forced_tool) {
  auto asking = by_budget();
  asking.settings.tools({Tool("f", "")}).tool_choice(ToolChoice::required()).reasoning(ReasoningSetting::budget(2000));
  EXPECT_EQ(asking.member("thinking"), "null");
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"any"})");
  EXPECT_EQ(asking.warned(), "reasoning");
}

TEST(messages_thinking, budget_is_left_out_in_a_turn_that_began_without_thinking) {
  auto asking = by_budget();
  asking.say(wrote({ToolCall("c1", "f", "{}")}, "openai")).say(results({ToolResult("c1", "r")}));
  asking.settings.tools({Tool("f", "")}).reasoning(ReasoningSetting::budget(2000));
  EXPECT_EQ(asking.member("thinking"), "null");
  EXPECT_EQ(asking.warned(), "reasoning");

  asking.messages[1] = wrote({thought("t", R"({"signature":"s"})"), ToolCall("c1", "f", "{}")});
  EXPECT_EQ(asking.member("thinking"), R"({"type":"enabled","budget_tokens":2000})");
}

}  // namespace
}  // namespace fastccg::protocols::messages

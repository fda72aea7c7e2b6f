#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

/// The `thinkingConfig` that the setting gives, and what is warned about.
std::string thinking(const char* model, const ReasoningSetting& setting) {
  Asked asked(model);
  asked.user("hi");
  asked.request.settings.reasoning(setting);
  return asked.at("/generationConfig/thinkingConfig") + (asked.warned().empty() ? "" : " warned");
}

ReasoningSetting off() { return ReasoningSetting::off(); }
ReasoningSetting effort(const char* level) { return ReasoningSetting::effort(level); }
ReasoningSetting budget(int tokens) { return ReasoningSetting::budget(tokens); }

TEST(GenerateContentReasoning, budget_is_sent_to_models_that_take_one) {
  EXPECT_EQ(thinking("gemini-2.5-flash", budget(2000)), R"({"thinkingBudget":2000,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-pro", budget(1)), R"({"thinkingBudget":128,"includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-2.5-flash-lite", budget(100)), R"({"thinkingBudget":512,"includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-2.5-flash", budget(99999)), R"({"thinkingBudget":24576,"includeThoughts":true} warned)");
}

TEST(GenerateContentReasoning, effort_becomes_a_budget_for_them) {
  EXPECT_EQ(thinking("gemini-2.5-flash", effort("minimal")), R"({"thinkingBudget":512,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-flash", effort("low")), R"({"thinkingBudget":1024,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-flash", effort("medium")), R"({"thinkingBudget":8192,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-flash", effort("high")), R"({"thinkingBudget":24576,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-pro", effort("max")), R"({"thinkingBudget":32768,"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-2.5-pro", effort("wild")), R"({"thinkingBudget":-1,"includeThoughts":true} warned)");
}

TEST(GenerateContentReasoning, off_is_a_budget_of_zero_where_that_is_possible) {
  EXPECT_EQ(thinking("gemini-2.5-flash", off()), R"({"thinkingBudget":0})");
  EXPECT_EQ(thinking("gemini-2.5-pro", off()), R"({"thinkingBudget":128} warned)");
}

TEST(GenerateContentReasoning, effort_is_a_level_for_newer_models) {
  EXPECT_EQ(thinking("gemini-3-flash-preview", effort("minimal")),
            R"({"thinkingLevel":"MINIMAL","includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-3.1-pro-preview", effort("minimal")),
            R"({"thinkingLevel":"LOW","includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-3.7-flash", effort("minimal")),
            R"({"thinkingLevel":"LOW","includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-4-ultra", effort("medium")), R"({"thinkingLevel":"MEDIUM","includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-flash-latest", effort("high")), R"({"thinkingLevel":"HIGH","includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-3.6-flash", effort("xhigh")), R"({"thinkingLevel":"HIGH","includeThoughts":true} warned)");
}

TEST(GenerateContentReasoning, off_and_budgets_become_the_nearest_level) {
  EXPECT_EQ(thinking("gemini-3.6-flash", off()), R"({"thinkingLevel":"MINIMAL"} warned)");
  EXPECT_EQ(thinking("gemini-3-pro-preview", off()), R"({"thinkingLevel":"LOW"} warned)");
  EXPECT_EQ(thinking("gemini-3.6-flash", budget(1000)), R"({"thinkingLevel":"LOW","includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-3.6-flash", budget(4000)), R"({"thinkingLevel":"MEDIUM","includeThoughts":true} warned)");
  EXPECT_EQ(thinking("gemini-3.6-flash", budget(9000)), R"({"thinkingLevel":"HIGH","includeThoughts":true} warned)");
}

TEST(GenerateContentReasoning, models_that_do_not_reason_are_spared) {
  EXPECT_EQ(thinking("gemini-2.0-flash", effort("low")), " warned");
  EXPECT_EQ(thinking("gemini-2.0-flash", off()), "");
  EXPECT_EQ(thinking("gemma-3-27b-it", effort("low")), " warned");

  Asked listed("gemini-9");
  listed.user("hi").request.model.listed = true;
  listed.request.settings.reasoning(effort("low"));
  EXPECT_EQ(listed.warned(), "reasoning ");
}

TEST(GenerateContentReasoning, plain_setting_only_asks_to_see_it) {
  EXPECT_EQ(thinking("gemini-2.5-flash", ReasoningSetting()), R"({"includeThoughts":true})");
  EXPECT_EQ(thinking("gemini-3.6-flash", ReasoningSetting()), R"({"includeThoughts":true})");
}

}  // namespace
}  // namespace fastccg::protocols::generate_content

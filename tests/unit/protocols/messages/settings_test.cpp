#include <gtest/gtest.h>

#include "rendering.hpp"

namespace fastccg::protocols::messages {
namespace {

using Sampling = ModelInfo::Sampling;

TEST(messages_settings, plain_question_has_what_is_required) {
  const auto rendered = hello().rendered();
  EXPECT_EQ(rendered.path, "/v1/messages");
  ASSERT_EQ(rendered.headers.size(), 1u);
  EXPECT_EQ(rendered.headers[0].first, "anthropic-version");
  EXPECT_EQ(rendered.headers[0].second, "2023-06-01");
  EXPECT_EQ(
      rendered.body,
      R"({"model":"claude-x-1","max_tokens":8192,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})");
  EXPECT_TRUE(rendered.warnings.empty());
}

TEST(messages_settings, token_limit_defaults_to_what_the_model_and_the_way_of_answering_allow) {
  auto asking = hello();
  asking.model.max_output_tokens = 64000;
  EXPECT_EQ(asking.member("max_tokens"), "8192");
  asking.stream = true;
  EXPECT_EQ(asking.member("max_tokens"), "64000");
  EXPECT_EQ(asking.member("stream"), "true");
  asking.model.max_output_tokens = 4096;
  asking.stream = false;
  EXPECT_EQ(asking.member("max_tokens"), "4096");
  asking.settings.max_tokens(7);
  EXPECT_EQ(asking.member("max_tokens"), "7");
}

TEST(messages_settings, system_prompt_is_a_member_of_its_own) {
  auto asking = hello();
  asking.settings.sys_prompt("Be terse.");
  EXPECT_EQ(asking.member("system"), "\"Be terse.\"");
  asking.settings.sys_prompt(" \n");
  EXPECT_EQ(asking.member("system"), "null");
}

TEST(messages_settings, sampling_is_sent_where_it_is_taken) {
  auto asking = hello();
  asking.settings.temperature(0.5).top_p(0.9).top_k(40);
  EXPECT_EQ(asking.member("temperature"), "0.5");
  EXPECT_EQ(asking.member("top_p"), "0.9");
  EXPECT_EQ(asking.member("top_k"), "40");
  EXPECT_EQ(asking.warned(), "");
}

TEST(messages_settings, sampling_that_the_model_rejects_is_left_out_with_warnings) {
  auto asking = hello();
  asking.model.sampling = Sampling::rejected;
  asking.settings.temperature(0.5).top_p(0.9).top_k(40);
  EXPECT_EQ(asking.member("temperature"), "null");
  EXPECT_EQ(asking.member("top_p"), "null");
  EXPECT_EQ(asking.member("top_k"), "null");
  EXPECT_EQ(asking.warned(), "temperature top_p top_k");
}

TEST(messages_settings, temperature_above_one_is_clamped) {
  auto asking = hello();
  asking.settings.temperature(1.5);
  EXPECT_EQ(asking.member("temperature"), "1");
  EXPECT_EQ(asking.warned(), "temperature");
}

TEST(messages_settings, top_p_yields_to_temperature_where_only_one_is_taken) {
  auto asking = hello();
  asking.model.temperature_with_top_p = false;
  asking.settings.top_p(0.9);
  EXPECT_EQ(asking.member("top_p"), "0.9");
  asking.settings.temperature(0.5);
  EXPECT_EQ(asking.member("top_p"), "null");
  EXPECT_EQ(asking.warned(), "top_p");
}

TEST(messages_settings, what_the_provider_does_not_know_is_warned_of) {
  auto asking = hello();
  asking.settings.seed(1).frequency_penalty(0.1).presence_penalty(0.1).logprobs(2);
  EXPECT_EQ(asking.warned(), "seed frequency_penalty presence_penalty logprobs");
  EXPECT_EQ(asking.body(), hello().body());
}

TEST(messages_settings, stop_sequences_of_blanks_are_left_out) {
  auto asking = hello();
  asking.settings.stop({"END", " \n"});
  EXPECT_EQ(asking.member("stop_sequences"), R"(["END"])");
  EXPECT_EQ(asking.warned(), "stop");
  asking.settings.stop({" "});
  EXPECT_EQ(asking.member("stop_sequences"), "null");
  asking.settings.stop({"END"});
  asking.model.takes_stop = false;
  EXPECT_EQ(asking.member("stop_sequences"), "null");
  EXPECT_EQ(asking.warned(), "stop");
}

TEST(messages_settings, metadata_is_the_users_id_alone) {
  auto asking = hello();
  asking.settings.metadata({{"user_id", "u1"}});
  EXPECT_EQ(asking.member("metadata"), R"({"user_id":"u1"})");
  EXPECT_EQ(asking.warned(), "");
  asking.settings.metadata({{"user_id", "u1"}, {"job", "x"}});
  EXPECT_EQ(asking.member("metadata"), R"({"user_id":"u1"})");
  EXPECT_EQ(asking.warned(), "metadata");
  asking.settings.metadata({{"job", "x"}});
  EXPECT_EQ(asking.member("metadata"), "null");
}

TEST(messages_settings, extra_wins_over_everything) {
  auto asking = hello();
  asking.settings.max_tokens(5).sys_prompt("a").extra(
      R"( {"max_tokens": 9, "system": [], "cache_control":{"type":"ephemeral"}} )");
  EXPECT_EQ(asking.member("max_tokens"), "9");
  EXPECT_EQ(asking.member("system"), "[]");
  EXPECT_EQ(asking.member("cache_control"), R"({"type":"ephemeral"})");
  const auto body = asking.body();
  EXPECT_EQ(body.find("max_tokens"), body.rfind("max_tokens"));
}

TEST(messages_settings, extra_may_bring_the_messages) {
  Asking asking;
  asking.settings.extra(R"({"messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(asking.member("messages"), R"([{"role":"user","content":"x"}])");
}

TEST(messages_settings, extra_that_is_no_object_is_refused) {
  auto asking = hello();
  asking.settings.extra("[1]");
  EXPECT_EQ(asking.error().kind, ErrorKind::usage);
  EXPECT_NE(asking.error().message.find("extra"), std::string::npos);
  asking.settings.extra("{");
  EXPECT_NE(asking.error().message.find("extra"), std::string::npos);
}

// Tools.

Asking with_tool(std::string schema = R"({"type":"object","properties":{"x":{"type":"integer"}}})") {
  auto asking = hello();
  asking.settings.tools({Tool("add", "adds", std::move(schema))});
  return asking;
}

TEST(messages_settings, tools_are_declared) {
  EXPECT_EQ(
      with_tool().member("tools"),
      R"([{"name":"add","description":"adds","input_schema":{"type":"object","properties":{"x":{"type":"integer"}}}}])");
  EXPECT_EQ(with_tool().member("tool_choice"), "null");
}

TEST(messages_settings, schema_of_a_tool_is_always_an_objects) {
  const auto bare = R"([{"name":"add","description":"adds","input_schema":{"type":"object","properties":{}}}])";
  for (const auto* schema : {"", "{}", " { } "}) EXPECT_EQ(with_tool(schema).member("tools"), bare) << schema;
  EXPECT_EQ(with_tool(R"({"properties":{}})").member("tools"), bare);
  EXPECT_EQ(with_tool("[]").error().kind, ErrorKind::usage);
  EXPECT_NE(with_tool("[]").error().message.find("'add'"), std::string::npos);
}

TEST(messages_settings, strict_tool_has_a_schema_that_can_be_enforced) {
  auto asking = hello();
  Tool tool("add", "", R"({"properties":{"x":{"type":"integer","minimum":1}}})");
  tool.strict = true;
  asking.settings.tools({tool});
  EXPECT_EQ(asking.member("tools"),
            R"([{"name":"add","input_schema":{"type":"object","properties":{"x":{"type":"integer",)"
            R"("description":"{minimum: 1}"}},"additionalProperties":false},"strict":true}])");
  EXPECT_EQ(asking.warned(), "tools");
}

TEST(messages_settings, tool_choice_is_translated) {
  auto asking = with_tool();
  asking.settings.tool_choice(ToolChoice::automatic());
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"auto"})");
  asking.settings.tool_choice(ToolChoice::none());
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"none"})");
  asking.settings.tool_choice(ToolChoice::required());
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"any"})");
  asking.settings.tool_choice(ToolChoice::named("add"));
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"tool","name":"add"})");
  asking.settings.tool_choice(ToolChoice::named("sub"));
  EXPECT_EQ(asking.error().kind, ErrorKind::usage);
}

TEST(messages_settings, choice_without_tools_is_left_out) {
  auto asking = hello();
  asking.settings.tool_choice(ToolChoice::required()).parallel_tools(false);
  EXPECT_EQ(asking.body(), hello().body());
}

TEST(messages_settings, calls_one_by_one_are_part_of_the_choice) {
  auto asking = with_tool();
  asking.settings.parallel_tools(false);
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"auto","disable_parallel_tool_use":true})");
  asking.settings.tool_choice(ToolChoice::required());
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"any","disable_parallel_tool_use":true})");
  asking.settings.tool_choice(ToolChoice::none());
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"none"})");
}

TEST(messages_settings, model_that_cannot_be_forced_is_left_the_choice) {
  auto asking = with_tool();
  asking.model.forced_tools = false;
  asking.settings.tool_choice(ToolChoice::named("add"));
  EXPECT_EQ(asking.member("tool_choice"), R"({"type":"auto"})");
  EXPECT_EQ(asking.warned(), "tool_choice");
}

// The form of the answer.

TEST(messages_settings, schema_is_enforced_where_the_model_can) {
  auto asking = hello();
  asking.settings.output_format(
      OutputFormat::schema("city", R"({"type":"object","properties":{"n":{"type":"string"}}})"));
  EXPECT_EQ(asking.member("output_config"),
            R"({"format":{"type":"json_schema","schema":{"type":"object","properties":{"n":{"type":"string"}},)"
            R"("additionalProperties":false}}})");
  EXPECT_EQ(asking.warned(), "");
}

TEST(messages_settings, schema_is_asked_for_in_words_where_the_model_cannot) {
  auto asking = hello();
  asking.model.schema_output = false;
  asking.settings.sys_prompt("Be terse.").output_format(OutputFormat::schema("city", R"({"type":"object"})"));
  EXPECT_EQ(asking.member("output_config"), "null");
  const auto system = asking.member("system");
  EXPECT_EQ(system.find("\"Be terse."), 0u);
  EXPECT_NE(system.find(R"({\"type\":\"object\"})"), std::string::npos);
  EXPECT_EQ(asking.warned(), "output_format");
}

TEST(messages_settings, json_without_schema_is_asked_for_in_words) {
  auto asking = hello();
  asking.settings.output_format(OutputFormat::json());
  EXPECT_NE(asking.member("system").find("JSON"), std::string::npos);
  EXPECT_EQ(asking.warned(), "output_format");
  asking.settings.output_format(OutputFormat::text());
  EXPECT_EQ(asking.body(), hello().body());
}

TEST(messages_settings, schema_that_is_no_object_is_refused) {
  auto asking = hello();
  asking.settings.output_format(OutputFormat::schema("city", "true"));
  EXPECT_EQ(asking.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace fastccg::protocols::messages

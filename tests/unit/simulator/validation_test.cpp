#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace {

class Case {
 public:
  Case(std::string name_, std::string body_, std::string param_, std::string code_)
      : name(std::move(name_)), body(std::move(body_)), param(std::move(param_)), code(std::move(code_)) {}

  std::string name;
  std::string body;
  std::string param;
  std::string code;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

std::string with(const std::string& members) { return chat_body("hi", "," + members); }
std::string messages(const std::string& list) { return R"({"model":"gpt-4o","messages":)" + list + "}"; }

const std::string call = R"({"role":"assistant","content":null,"tool_calls":[
    {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]})";

const Case cases[] = {
    {"not_json", "{", "null", "null"},
    {"not_an_object", "[]", "null", "null"},
    {"no_model", R"({"messages":[]})", "null", "null"},
    {"model_of_wrong_type", R"({"model":1,"messages":[]})", "model", "invalid_type"},
    {"no_messages", R"({"model":"gpt-4o"})", "messages", "missing_required_parameter"},
    {"messages_of_wrong_type", messages("\"hi\""), "messages", "invalid_type"},
    {"messages_null", messages("null"), "messages", "invalid_type"},
    {"messages_empty", messages("[]"), "messages", "empty_array"},
    {"message_of_wrong_type", messages("[1]"), "messages[0]", "invalid_type"},
    {"no_role", messages(R"([{"content":"x"}])"), "messages[0].role", "missing_required_parameter"},
    {"unknown_role", messages(R"([{"role":"king","content":"x"}])"), "messages[0].role", "invalid_value"},
    {"no_content", messages(R"([{"role":"user"}])"), "messages[0].content", "missing_required_parameter"},
    {"content_of_wrong_type", messages(R"([{"role":"user","content":5}])"), "messages[0].content", "invalid_type"},
    {"no_parts", messages(R"([{"role":"user","content":[]}])"), "messages[0].content", "empty_array"},
    {"unknown_part", messages(R"([{"role":"user","content":[{"type":"smell"}]}])"), "messages[0].content[0].type",
     "invalid_value"},
    {"image_in_system",
     messages(R"([{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}])"),
     "messages[0].content[0].type", "invalid_value"},
    {"image_without_url", messages(R"([{"role":"user","content":[{"type":"image_url","image_url":{}}]}])"),
     "messages[0].content[0].image_url.url", "missing_required_parameter"},
    {"result_without_call", messages(R"([{"role":"tool","tool_call_id":"c1","content":"x"}])"), "messages.[0].role",
     "null"},
    {"result_for_another_call", messages("[" + call + R"(,{"role":"tool","tool_call_id":"c2","content":"x"}])"),
     "messages.[1].role", "null"},
    {"call_without_result", messages("[" + call + R"(,{"role":"user","content":"x"}])"), "messages.[1].role", "null"},
    {"call_without_result_at_the_end", messages("[" + call + "]"), "messages.[0].role", "null"},
    {"call_arguments_of_wrong_type",
     messages(
         R"([{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{}}}]}])"),
     "messages[0].tool_calls[0].function.arguments", "invalid_type"},
    {"unknown_field", with(R"("tempersture":1)"), "tempersture", "unknown_parameter"},
    {"temperature_too_high", with(R"("temperature":2.5)"), "temperature", "decimal_above_max_value"},
    {"temperature_too_low", with(R"("temperature":-1)"), "temperature", "decimal_below_min_value"},
    {"temperature_of_wrong_type", with(R"("temperature":"hot")"), "temperature", "invalid_type"},
    {"max_tokens_zero", with(R"("max_tokens":0)"), "max_tokens", "integer_below_min_value"},
    {"both_token_limits", with(R"("max_tokens":5,"max_completion_tokens":5)"), "max_tokens",
     "invalid_parameter_combination"},
    {"stream_of_wrong_type", with(R"("stream":"yes")"), "stream", "invalid_type"},
    {"stream_options_without_stream", with(R"("stream_options":{"include_usage":true})"), "stream_options", "null"},
    {"stop_of_wrong_type", with(R"("stop":[1])"), "stop", "invalid_type"},
    {"stop_too_long", with(R"("stop":["a","b","c","d","e"])"), "stop", "array_above_max_length"},
    {"no_tools", with(R"("tools":[])"), "tools", "empty_array"},
    {"tool_without_name", with(R"("tools":[{"type":"function","function":{}}])"), "tools[0].function.name",
     "missing_required_parameter"},
    {"tool_with_bad_name", with(R"("tools":[{"type":"function","function":{"name":"a b"}}])"), "tools[0].function.name",
     "invalid_value"},
    {"choice_without_tools", with(R"("tool_choice":"auto")"), "tool_choice", "null"},
    {"choice_of_unknown_tool",
     with(
         R"("tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":{"type":"function","function":{"name":"b"}})"),
     "tool_choice", "null"},
    {"unknown_format", with(R"("response_format":{"type":"xml"})"), "response_format.type", "invalid_value"},
    {"json_schema_without_schema", with(R"("response_format":{"type":"json_schema"})"), "response_format.json_schema",
     "missing_required_parameter"},
    {"json_object_without_the_word", with(R"("response_format":{"type":"json_object"})"), "messages", "null"},
    {"strict_tool_with_an_open_schema",
     with(
         R"("tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}}])"),
     "tools[0].function.parameters", "invalid_function_parameters"},
    {"strict_schema_with_something_optional",
     with(
         R"("response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"string"}},"additionalProperties":false}},"required":["b"],"additionalProperties":false}}})"),
     "response_format", "invalid_json_schema"},
    {"unknown_effort", with(R"("reasoning_effort":"herculean")"), "reasoning_effort", "invalid_value"},
    {"max_tokens_for_a_thinker", R"({"model":"o3-mini","messages":[{"role":"user","content":"x"}],"max_tokens":5})",
     "max_tokens", "unsupported_parameter"},
    {"temperature_for_a_thinker", R"({"model":"gpt-5","messages":[{"role":"user","content":"x"}],"temperature":0.2})",
     "temperature", "unsupported_value"},
};

class WrongShape : public testing::TestWithParam<Case> {};

}  // namespace

TEST_P(WrongShape, is_answered_as_the_provider_would) {
  const Simulator simulator;
  const auto answer = ask(simulator, GetParam().body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(at(answer.body, "/error/type"), "invalid_request_error");
  EXPECT_EQ(at(answer.body, "/error/param"), GetParam().param);
  EXPECT_EQ(at(answer.body, "/error/code"), GetParam().code);
  EXPECT_NE(at(answer.body, "/error/message"), "");
}

TEST_P(WrongShape, does_no_harm_unchecked) {
  const Simulator simulator(SimulatorOptions().validate(false));
  const auto answer = ask(simulator, GetParam().body);
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.status, GetParam().name.rfind("not_", 0) == 0 ? 400 : 200);
}

INSTANTIATE_TEST_SUITE_P(Validation, WrongShape, testing::ValuesIn(cases),
                         [](const auto& each) { return each.param.name; });

TEST(Validation, sampling_is_allowed_where_a_thinker_does_not_think) {
  const Simulator simulator;
  const std::string rest = R"("messages":[{"role":"user","content":"x"}],"temperature":0.2)";
  EXPECT_EQ(ask(simulator, R"({"model":"gpt-5.4-mini",)" + rest + "}").status, 200);
  EXPECT_EQ(ask(simulator, R"({"model":"gpt-5.4-mini","reasoning_effort":"low",)" + rest + "}").status, 400);
  EXPECT_EQ(ask(simulator, R"({"model":"gpt-5.6","reasoning_effort":"none",)" + rest + "}").status, 200);
  EXPECT_EQ(ask(simulator, R"({"model":"gpt-5-chat-latest",)" + rest + "}").status, 200);
}

TEST(Validation, null_stands_for_a_missing_option) {
  const Simulator simulator;
  EXPECT_EQ(ask(simulator, with(R"("temperature":null,"stop":null,"stream":null,"tools":null)")).status, 200);
}

TEST(Validation, deep_nesting_is_refused) {
  const Simulator simulator;
  EXPECT_EQ(ask(simulator, std::string(100'000, '[')).status, 400);
}

TEST(Validation, content_type_must_be_json) {
  const Simulator simulator;
  RawClient client(simulator.port());
  client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(at(client.read().body, "/error/code"), "unsupported_content_type");
}

TEST(Keys, a_missing_key_is_refused_unless_allowed) {
  const std::string request = "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n";
  const Simulator strict;
  RawClient client(strict.port());
  client.send(request);
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("www-authenticate"), "Bearer realm=\"OpenAI API\"");
  EXPECT_EQ(at(answer.body, "/error/code"), "null");
  const Simulator lenient(SimulatorOptions().allow_missing_key());
  RawClient other(lenient.port());
  other.send(request);
  EXPECT_EQ(other.read().status, 200);
}

TEST(Keys, only_the_required_key_is_accepted_and_none_is_shown) {
  const Simulator simulator(SimulatorOptions().require_key("right-key-0123456789"));
  const auto wrong = ask(simulator, chat_body("hi"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(at(wrong.body, "/error/code"), "invalid_api_key");
  EXPECT_EQ(wrong.bytes.find("test-key"), std::string::npos);
  EXPECT_EQ(wrong.bytes.find("right-key"), std::string::npos);
  RawClient client(simulator.port());
  client.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer right-key-0123456789\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
}

TEST(Models, only_listed_ones_exist) {
  const Simulator simulator(SimulatorOptions().models({"gpt-4.1"}));
  const auto answer = ask(simulator, chat_body("hi"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(at(answer.body, "/error/code"), "model_not_found");
  EXPECT_EQ(at(answer.body, "/error/param"), "null");
}

TEST(Paths, unknown_ones_and_wrong_methods_are_refused) {
  const Simulator simulator;
  EXPECT_EQ(RawClient(simulator.port()).post("/v1/nothing", "{}").status, 404);
  RawClient client(simulator.port());
  client.send("GET /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n");
  EXPECT_EQ(client.read().status, 405);
}

#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace json = boost::json;

TEST(OpenAiChat, answers_facts_of_the_first_page) {
  const Simulator simulator;
  EXPECT_NE(content(ask(simulator, chat_body("What is the capital of Australia?"))).find("Canberra"),
            std::string::npos);
  EXPECT_NE(content(ask(simulator, chat_body("What is the speed of light?"))).find("299,792,458 m/s"),
            std::string::npos);
}

TEST(OpenAiChat, quotes_the_last_question_from_the_history_on_the_wire) {
  const Simulator simulator;
  const auto answer = ask(simulator, R"({"model":"gpt-4o","messages":[{"role":"user","content":"What is a fugue?"},
      {"role":"assistant","content":"Music."},
      {"role":"user","content":"Based on our previous conversation, what was my last question?"}]})");
  EXPECT_EQ(content(answer), "Your last question was: \"What is a fugue?\"");
}

TEST(OpenAiChat, knows_that_nothing_was_asked_before) {
  const Simulator simulator;
  EXPECT_EQ(content(ask(simulator, chat_body("what was my last question"))),
            "You have not asked me anything before this.");
}

TEST(OpenAiChat, remembers_a_name_told_earlier) {
  const Simulator simulator;
  const auto answer = ask(simulator, R"({"model":"gpt-4o","messages":[{"role":"user","content":"My name is Ada."},
      {"role":"assistant","content":"Hello."},{"role":"user","content":"What is my name?"}]})");
  EXPECT_EQ(content(answer), "Your name is Ada.");
}

TEST(OpenAiChat, tells_a_story_of_a_good_length) {
  const Simulator simulator;
  const auto story = content(ask(simulator, chat_body("Tell me a short story about a robot who learns to paint.")));
  const auto words = std::count(story.begin(), story.end(), ' ');
  EXPECT_GE(words, 80);
  EXPECT_LE(words, 120);
}

TEST(OpenAiChat, echoes_what_it_does_not_know) {
  const Simulator simulator;
  EXPECT_NE(content(ask(simulator, chat_body("Qwerty zxcv?"))).find("Qwerty zxcv?"), std::string::npos);
}

TEST(OpenAiChat, same_seed_and_request_same_bytes) {
  const Simulator one(SimulatorOptions().seed(5));
  const Simulator same(SimulatorOptions().seed(5));
  const Simulator other(SimulatorOptions().seed(6));
  const auto body = chat_body("Tell me a story.", R"(,"stream":true)");
  const auto first = ask(one, body).bytes;
  EXPECT_EQ(first, ask(one, body).bytes);
  EXPECT_EQ(first, ask(same, body).bytes);
  EXPECT_NE(first, ask(other, body).bytes);
  EXPECT_NE(first, ask(one, chat_body("Tell me a tale.", R"(,"stream":true)")).bytes);
}

TEST(OpenAiChat, stream_has_the_order_of_the_service) {
  const Simulator simulator;
  const auto answer = ask(simulator, chat_body("hi", R"(,"stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_TRUE(answer.complete);
  const auto events = answer.events();
  ASSERT_GE(events.size(), 5U);
  EXPECT_EQ(at(events.front(), "/choices/0/delta/role"), "assistant");
  EXPECT_EQ(at(events.front(), "/usage"), "null");
  EXPECT_EQ(at(events[events.size() - 3], "/choices/0/finish_reason"), "stop");
  EXPECT_EQ(at(events[events.size() - 3], "/choices/0/delta"), "{}");
  EXPECT_EQ(at(events[events.size() - 2], "/choices"), "[]");
  EXPECT_EQ(events.back(), "[DONE]");
  // Every token has a chunk of its own; role, finish, usage and end have theirs.
  EXPECT_EQ(count_at(events[events.size() - 2], "/usage/completion_tokens"), events.size() - 4);
  EXPECT_EQ(joined(answer), "Hello! How can I help you today?");
}

TEST(OpenAiChat, stream_without_include_usage_has_no_usage) {
  const Simulator simulator;
  EXPECT_EQ(ask(simulator, chat_body("hi", R"(,"stream":true)")).body.find("usage"), std::string::npos);
}

TEST(OpenAiChat, usage_adds_up) {
  const Simulator simulator;
  const auto body = ask(simulator, chat_body("hi")).body;
  EXPECT_GT(count_at(body, "/usage/prompt_tokens"), 0U);
  EXPECT_EQ(count_at(body, "/usage/total_tokens"),
            count_at(body, "/usage/prompt_tokens") + count_at(body, "/usage/completion_tokens"));
}

TEST(OpenAiChat, max_tokens_ends_an_answer) {
  const Simulator simulator;
  const auto body = ask(simulator, chat_body("count to 50", R"(,"max_tokens":5)")).body;
  EXPECT_EQ(at(body, "/choices/0/message/content"), "1 2 3 4 5");
  EXPECT_EQ(at(body, "/choices/0/finish_reason"), "length");
  EXPECT_EQ(count_at(body, "/usage/completion_tokens"), 5U);
}

TEST(OpenAiChat, stop_sequence_ends_an_answer_and_is_left_out) {
  const Simulator simulator;
  const auto body = ask(simulator, chat_body("count to 50", R"(,"stop":["7","4 5"])")).body;
  EXPECT_EQ(at(body, "/choices/0/message/content"), "1 2 3 ");
  EXPECT_EQ(at(body, "/choices/0/finish_reason"), "stop");
}

TEST(OpenAiChat, several_choices_are_interleaved_in_a_stream) {
  const Simulator simulator;
  EXPECT_EQ(at(ask(simulator, chat_body("hi", R"(,"n":3)")).body, "/choices/2/index"), "2");
  const auto events = ask(simulator, chat_body("hi", R"(,"n":2,"stream":true)")).events();
  ASSERT_GE(events.size(), 4U);
  EXPECT_EQ(at(events[0], "/choices/0/index"), "0");
  EXPECT_EQ(at(events[1], "/choices/0/index"), "1");
  EXPECT_EQ(at(events[2], "/choices/0/index"), "0");
}

TEST(OpenAiChat, thinking_models_spend_tokens_on_thinking) {
  const Simulator simulator;
  const std::string messages = R"("messages":[{"role":"user","content":"hi"}])";
  const auto whole = ask(simulator, R"({"model":"gpt-5",)" + messages + "}").body;
  const auto reasoning = count_at(whole, "/usage/completion_tokens_details/reasoning_tokens");
  EXPECT_GT(reasoning, 0U);
  EXPECT_GT(count_at(whole, "/usage/completion_tokens"), reasoning);
  const auto cut = ask(simulator, R"({"model":"gpt-5","max_completion_tokens":3,)" + messages + "}").body;
  EXPECT_EQ(at(cut, "/choices/0/message/content"), "");
  EXPECT_EQ(at(cut, "/choices/0/finish_reason"), "length");
}

TEST(OpenAiChat, json_object_is_json) {
  const Simulator simulator;
  const auto text =
      content(ask(simulator, chat_body("Say hi as JSON.", R"(,"response_format":{"type":"json_object"})")));
  EXPECT_TRUE(json::parse(text).is_object());
}

TEST(OpenAiChat, log_probabilities_stand_beside_the_tokens) {
  const Simulator simulator;
  const auto body = ask(simulator, chat_body("hi", R"(,"logprobs":true)")).body;
  EXPECT_EQ(at(body, "/choices/0/logprobs/content/0/token"), "Hello");
  const auto events = ask(simulator, chat_body("hi", R"(,"logprobs":true,"stream":true)")).events();
  ASSERT_GT(events.size(), 1U);
  EXPECT_EQ(at(events[1], "/choices/0/logprobs/content/0/token"), "Hello");
}

TEST(OpenAiChat, serves_the_paths_of_other_hosts) {
  const Simulator simulator;
  const auto body = chat_body("hi", R"(,"reasoning_format":"parsed")");
  for (const auto* path : {"/chat/completions", "/openai/v1/chat/completions", "/api/paas/v4/chat/completions"})
    EXPECT_EQ(RawClient(simulator.port()).post(path, body).status, 200) << path;
  const auto azure = RawClient(simulator.port())
                         .post("/openai/deployments/my-gpt/chat/completions?api-version=1",
                               R"({"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(at(azure.body, "/model"), "my-gpt");
}

TEST(OpenAiModels, lists_and_describes_models) {
  const Simulator simulator(SimulatorOptions().models({"one", "two"}));
  const std::string headers = " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n";
  RawClient client(simulator.port());
  client.send("GET /v1/models" + headers);
  EXPECT_EQ(at(client.read().body, "/data/1/id"), "two");
  client.send("GET /v1/models/one" + headers);
  EXPECT_EQ(at(client.read().body, "/id"), "one");
  client.send("GET /v1/models/three" + headers);
  EXPECT_EQ(client.read().status, 404);
}

TEST(Tools, a_tool_that_the_prompt_is_about_is_called_with_fitting_arguments) {
  const Simulator simulator;
  const std::string tools =
      R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
      "properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1},"unit":{"enum":["celsius","fahrenheit"]}},
      "required":["city","days"]}}}])";
  const auto body = ask(simulator, chat_body("What is the weather in New York for 3 days, in fahrenheit?", tools)).body;
  EXPECT_EQ(at(body, "/choices/0/finish_reason"), "tool_calls");
  EXPECT_EQ(at(body, "/choices/0/message/content"), "null");
  EXPECT_EQ(at(body, "/choices/0/message/tool_calls/0/function/name"), "get_weather");
  const auto arguments = json::parse(at(body, "/choices/0/message/tool_calls/0/function/arguments"));
  EXPECT_EQ(arguments, json::parse(R"({"city":"New York","days":3,"unit":"fahrenheit"})"));
  EXPECT_EQ(at(ask(simulator, chat_body("Sing.", tools)).body, "/choices/0/finish_reason"), "stop");
}

TEST(Tools, two_places_are_two_calls_unless_forbidden) {
  const Simulator simulator;
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":
      {"type":"object","properties":{"city":{"type":"string"}}}}}])";
  const std::string question = "weather in Paris and Rome?";
  EXPECT_NE(at(ask(simulator, chat_body(question, tools)).body, "/choices/0/message/tool_calls/1/id"), "");
  EXPECT_EQ(at(ask(simulator, chat_body(question, tools + R"(,"parallel_tool_calls":false)")).body,
               "/choices/0/message/tool_calls/1/id"),
            "");
}

TEST(Tools, choice_is_honoured) {
  const Simulator simulator;
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"alpha"}},
      {"type":"function","function":{"name":"beta"}}],"tool_choice":)";
  const auto call = "/choices/0/message/tool_calls/0/function/name";
  EXPECT_EQ(at(ask(simulator, chat_body("use alpha", tools + R"("none")")).body, call), "");
  EXPECT_EQ(at(ask(simulator, chat_body("hi", tools + R"("required")")).body, call), "alpha");
  const auto named = ask(simulator, chat_body("hi", tools + R"({"type":"function","function":{"name":"beta"}})")).body;
  EXPECT_EQ(at(named, call), "beta");
  EXPECT_EQ(at(named, "/choices/0/finish_reason"), "stop");
}

TEST(Tools, results_are_used_in_the_answer) {
  const Simulator simulator;
  const auto body = ask(simulator, R"({"model":"gpt-4o","messages":[{"role":"user","content":"weather in Paris?"},
      {"role":"assistant","content":null,"tool_calls":[
        {"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"c1","content":"18 degrees"}],
      "tools":[{"type":"function","function":{"name":"get_weather"}}]})")
                        .body;
  EXPECT_EQ(at(body, "/choices/0/message/content"), "According to get_weather: 18 degrees.");
}

TEST(Tools, a_streamed_call_comes_in_pieces) {
  const Simulator simulator;
  const auto answer =
      ask(simulator, chat_body("lookup please", R"(,"stream":true,"tools":[{"type":"function","function":
      {"name":"lookup","parameters":{"type":"object","properties":{"word":{"type":"string"}}}}}])"));
  const auto events = answer.events();
  ASSERT_GT(events.size(), 5U);
  EXPECT_EQ(at(events[0], "/choices/0/delta/content"), "null");
  EXPECT_EQ(at(events[1], "/choices/0/delta/tool_calls/0/function/name"), "lookup");
  std::string arguments;
  for (const auto& event : events) arguments += at(event, "/choices/0/delta/tool_calls/0/function/arguments").substr(0);
  const auto end = arguments.find("not JSON");
  EXPECT_TRUE(json::parse(arguments.substr(0, end)).is_object()) << arguments;
}

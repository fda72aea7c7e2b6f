#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;
using namespace std::chrono_literals;

namespace {

SimulatorOptions scripted(const std::string& script) { return SimulatorOptions().script(script); }

std::string complaint(const std::string& script) {
  try {
    SimulatorOptions().script(script);
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace

TEST(Script, replies_come_in_order_and_then_the_engines) {
  const Simulator simulator(scripted(R"([{"reply":{"text":"one"}},{"reply":{"text":"two"}}])"));
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "one");
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "two");
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "Hello! How can I help you today?");
}

TEST(Script, replies_are_chosen_by_what_was_asked) {
  const Simulator simulator(scripted(R"({"replies":[{"match":"Weather","reply":{"text":"rain"}},
      {"match_regex":"^(bye|ciao)\\b","reply":{"text":"farewell"}},{"match":"once","times":1,"reply":{"text":"only"}},
      {"reply":{"text":"first"}}]})"));
  EXPECT_EQ(content(ask(simulator, chat_body("how is the weather?"))), "rain");
  EXPECT_EQ(content(ask(simulator, chat_body("Ciao bella"))), "farewell");
  EXPECT_EQ(content(ask(simulator, chat_body("say once"))), "only");
  EXPECT_EQ(content(ask(simulator, chat_body("say once"))), "first");
  EXPECT_EQ(content(ask(simulator, chat_body("say once"))), "once");
  EXPECT_EQ(content(ask(simulator, chat_body("weather again"))), "rain");
}

TEST(Script, text_is_streamed_token_by_token) {
  const Simulator simulator(scripted(R"([{"reply":{"text":"Grüße, 世界 🎨!"}}])"));
  const auto answer = ask(simulator, chat_body("hi", R"(,"stream":true)"));
  EXPECT_EQ(joined(answer), "Grüße, 世界 🎨!");
  EXPECT_GT(answer.events().size(), 5U);
}

TEST(Script, holds_calls_refusals_reasoning_and_usage) {
  const Simulator simulator(scripted(R"([
      {"reply":{"tool_calls":[{"id":"call_7","name":"f","arguments":{"a":[1]}},{"name":"g","arguments":"{broken"}]}},
      {"reply":{"refusal":"I would rather not."}},
      {"reply":{"reasoning":"Let me see.","text":"42","finish_reason":"content_filter",
                "usage":{"input_tokens":9,"output_tokens":8,"reasoning_tokens":7}}}])"));
  const auto calls = ask(simulator, chat_body("hi")).body;
  EXPECT_EQ(at(calls, "/choices/0/finish_reason"), "tool_calls");
  EXPECT_EQ(at(calls, "/choices/0/message/tool_calls/0/id"), "call_7");
  EXPECT_EQ(at(calls, "/choices/0/message/tool_calls/0/function/arguments"), R"({"a":[1]})");
  EXPECT_EQ(at(calls, "/choices/0/message/tool_calls/1/function/arguments"), "{broken");
  const auto refusal = ask(simulator, chat_body("hi")).body;
  EXPECT_EQ(at(refusal, "/choices/0/message/refusal"), "I would rather not.");
  EXPECT_EQ(at(refusal, "/choices/0/message/content"), "null");
  const auto thought = ask(simulator, chat_body("hi")).body;
  EXPECT_EQ(at(thought, "/choices/0/message/reasoning_content"), "Let me see.");
  EXPECT_EQ(at(thought, "/choices/0/finish_reason"), "content_filter");
  EXPECT_EQ(at(thought, "/usage/prompt_tokens"), "9");
  EXPECT_EQ(at(thought, "/usage/completion_tokens"), "8");
  EXPECT_EQ(at(thought, "/usage/completion_tokens_details/reasoning_tokens"), "7");
}

TEST(Script, answers_with_any_http) {
  const Simulator simulator(scripted(R"([
      {"reply":{"status":418,"headers":{"x-kind":"pot","content-type":"application/problem+json"},"body":{"short":true}}},
      {"reply":{"status":500,"body":"plain words"}},
      {"reply":{"raw":"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}}])"));
  const auto pot = ask(simulator, chat_body("hi"));
  EXPECT_EQ(pot.status, 418);
  EXPECT_EQ(pot.header("x-kind"), "pot");
  EXPECT_EQ(pot.header("content-type"), "application/problem+json");
  EXPECT_EQ(pot.body, R"({"short":true})");
  EXPECT_EQ(ask(simulator, chat_body("hi")).body, "plain words");
  EXPECT_EQ(ask(simulator, chat_body("hi")).bytes, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(Script, can_ask_for_faults_and_delays) {
  const Simulator simulator(scripted(R"([{"reply":{"text":"a b c","fault":"truncate;events=2"}},
      {"reply":{"fault":"rate-limit;retry-after=3"}},{"reply":{"text":"late","delay_ms":40}}])"));
  const auto cut = ask(simulator, chat_body("hi", R"(,"stream":true)"));
  EXPECT_EQ(cut.events().size(), 2U);
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(ask(simulator, chat_body("hi")).header("retry-after"), "3");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "late");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 40ms);
}

TEST(Script, a_request_of_the_wrong_shape_uses_up_no_step) {
  const Simulator simulator(scripted(R"([{"reply":{"text":"one"}}])"));
  EXPECT_EQ(ask(simulator, "{}").status, 400);
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "one");
}

TEST(Script, limits_of_the_request_hold) {
  const Simulator simulator(scripted(R"([{"reply":{"text":"a b c d"}}])"));
  const auto body = ask(simulator, chat_body("hi", R"(,"max_tokens":2)")).body;
  EXPECT_EQ(at(body, "/choices/0/message/content"), "a b");
  EXPECT_EQ(at(body, "/choices/0/finish_reason"), "length");
}

TEST(Script, mistakes_are_explained) {
  EXPECT_NE(complaint("[").find("not valid JSON"), std::string::npos);
  EXPECT_NE(complaint("{}").find("list of steps"), std::string::npos);
  EXPECT_NE(complaint("[1]").find("step 1"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"text":"a"}},{}])").find("step 2 of the script: it has no 'reply'"),
            std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"txt":"a"}}])").find("'txt' is not known"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"text":1}}])").find("must be a string"), std::string::npos);
  EXPECT_NE(complaint(R"([{"match_regex":"(","reply":{}}])").find("regular expression"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"fault":"nope"}}])").find("there is no fault 'nope'"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"text":"a","status":200}}])").find("not two of these"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"status":42}}])").find("between 200 and 599"), std::string::npos);
  EXPECT_NE(complaint(R"([{"reply":{"status":200,"headers":{"a":"b\r\nc"}}}])").find("no header can have"),
            std::string::npos);
  EXPECT_THROW(SimulatorOptions().script_file("/nonexistent/script.json"), std::runtime_error);
}

TEST(Script, is_read_from_a_file) {
  const auto path = testing::TempDir() + "script.json";
  std::ofstream(path) << R"([{"reply":{"text":"from a file"}}])";
  const Simulator simulator(SimulatorOptions().script_file(path));
  EXPECT_EQ(content(ask(simulator, chat_body("hi"))), "from a file");
}

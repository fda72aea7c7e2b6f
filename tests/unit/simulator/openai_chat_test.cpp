#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "fastccg/simulator.hpp"
#include "raw_client.hpp"

namespace json = boost::json;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using simulator_test::chat_body;
using simulator_test::RawAnswer;
using simulator_test::RawClient;

namespace {

constexpr auto path = "/v1/chat/completions";

RawAnswer ask(const Simulator& simulator, const std::string& body, const std::string& headers = "") {
  return RawClient(simulator.port()).post(path, body, headers);
}

std::string content(const RawAnswer& answer) {
  const auto body = json::parse(answer.body);
  return std::string(body.at_pointer("/choices/0/message/content").as_string());
}

std::string joined(const RawAnswer& answer) {
  std::string text;
  for (const auto& event : answer.events()) {
    if (event == "[DONE]") break;
    const auto value = json::parse(event);
    for (const auto& choice : value.at("choices").as_array())
      if (const auto* piece = choice.at("delta").as_object().if_contains("content"); piece != nullptr && piece->is_string())
        text += std::string_view(piece->get_string());
  }
  return text;
}

}  // namespace

TEST(OpenAiChat, answers_facts_of_the_first_page) {
  const Simulator simulator;
  EXPECT_NE(content(ask(simulator, chat_body("What is the capital of Australia?"))).find("Canberra"), std::string::npos);
  EXPECT_NE(content(ask(simulator, chat_body("What is the speed of light?"))).find("299,792,458 m/s"), std::string::npos);
}

TEST(OpenAiChat, quotes_the_last_question_from_the_history_on_the_wire) {
  const Simulator simulator;
  const auto answer = ask(simulator, R"({"model":"gpt-4o","messages":[{"role":"user","content":"What is a fugue?"},
      {"role":"assistant","content":"Music."},
      {"role":"user","content":"Based on our previous conversation, what was my last question?"}]})");
  EXPECT_NE(content(answer).find("What is a fugue?"), std::string::npos);
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
  EXPECT_EQ(events.back(), "[DONE]");
  const auto first = json::parse(events.front());
  EXPECT_EQ(first.at_pointer("/choices/0/delta/role").as_string(), "assistant");
  EXPECT_EQ(first.at_pointer("/choices/0/delta/content").as_string(), "");
  const auto finish = json::parse(events[events.size() - 3]);
  EXPECT_EQ(finish.at_pointer("/choices/0/finish_reason").as_string(), "stop");
  EXPECT_TRUE(finish.at_pointer("/choices/0/delta").as_object().empty());
  const auto usage = json::parse(events[events.size() - 2]);
  EXPECT_TRUE(usage.at("choices").as_array().empty());
  // The role comes first; every token has a chunk of its own.
  EXPECT_EQ(usage.at_pointer("/usage/completion_tokens").to_number<std::size_t>(), events.size() - 4);
  EXPECT_EQ(joined(answer), "Hello! How can I help you today?");
}

TEST(OpenAiChat, stream_and_whole_answer_say_the_same) {
  const Simulator simulator;
  const std::string question = "Tell me a short story about a robot who learns to paint.";
  const auto story = content(ask(simulator, chat_body(question)));
  EXPECT_GT(story.size(), 400U);
  const auto same_variant = ask(simulator, chat_body("count to 20")).body;
  const auto streamed = joined(ask(simulator, chat_body("count to 20", R"(,"stream":true)")));
  EXPECT_EQ(json::parse(same_variant).at_pointer("/choices/0/message/content").as_string(), streamed);
}

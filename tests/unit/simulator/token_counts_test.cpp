#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace {

constexpr auto anthropic_version = "anthropic-version: 2023-06-01\r\n";

RawAnswer post(const std::string& path, const std::string& body, const std::string& headers = "") {
  const Simulator simulator;
  return RawClient(simulator.port()).post(path, body, headers);
}

}  // namespace

TEST(TokenCounts, are_those_of_an_answers_input) {
  const std::string messages = R"("model":"claude-sonnet-4-5","messages":[{"role":"user","content":"count to 5"}])";
  const auto counted = post("/v1/messages/count_tokens", "{" + messages + "}", anthropic_version);
  const auto answered = post("/v1/messages", R"({"max_tokens":9,)" + messages + "}", anthropic_version);
  EXPECT_EQ(counted.status, 200);
  EXPECT_EQ(at(counted.body, "/input_tokens"), at(answered.body, "/usage/input_tokens"));
  const std::string contents = R"({"contents":[{"parts":[{"text":"count to 5"}]}]})";
  const auto gemini = post("/v1beta/models/gemini-3.6-flash:countTokens", contents);
  EXPECT_EQ(at(gemini.body, "/totalTokens"), at(post("/v1beta/models/gemini-3.6-flash:generateContent", contents).body,
                                                "/usageMetadata/promptTokenCount"));
  EXPECT_EQ(
      at(post("/v1beta/models/gemini-3.6-flash:countTokens", R"({"generateContentRequest":)" + contents + "}").body,
         "/totalTokens"),
      at(gemini.body, "/totalTokens"));
}

TEST(TokenCounts, are_refused_for_what_would_be_refused_an_answer) {
  const auto wrong =
      post("/v1/messages/count_tokens", R"({"model":"claude-sonnet-4-5","messages":[]})", anthropic_version);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(at(wrong.body, "/error/type"), "invalid_request_error");
  EXPECT_EQ(post("/v1beta/models/gemini-3.6-flash:countTokens", "{}").status, 400);
}

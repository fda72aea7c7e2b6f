#include "exchange/estimate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fastccg {
namespace {

std::int64_t tokens_of(const Message& message, Settings settings = Settings()) {
  Request request;
  request.messages = {&message};
  request.settings = std::move(settings);
  return estimate_tokens(request);
}

TEST(EstimateTokens, four_bytes_of_text_are_a_token) {
  EXPECT_EQ(tokens_of(Message::user(std::string(400, 'x'))), 100);
  EXPECT_EQ(tokens_of(Message::user(""), Settings().sys_prompt(std::string(40, 'x'))), 10);
}

TEST(EstimateTokens, picture_counts_the_same_however_many_bytes_it_has) {
  EXPECT_EQ(
      tokens_of(Message(Role::user, std::vector<Part>{Image::from_bytes(std::string(10'000'000, 'x'), "image/png")})),
      1000);
}

TEST(EstimateTokens, texts_of_tool_results_count) {
  const auto results = Message::tool_results({ToolResult("call_1", std::string(80, 'x'))});
  EXPECT_EQ(tokens_of(results), 20);
}

TEST(EstimateTokens, what_the_answer_may_take_counts_too) {
  EXPECT_EQ(tokens_of(Message::user("1234"), Settings().max_tokens(500)), 501);
}

TEST(EstimateTokens, texts_for_vectors_are_added_up) {
  const std::vector<std::string> texts{"1234", "12345678"};
  EXPECT_EQ(estimate_tokens(texts), 3);
}

}  // namespace
}  // namespace fastccg

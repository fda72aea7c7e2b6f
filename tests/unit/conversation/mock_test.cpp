#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

TEST(MockModel, answers_without_key_or_network) {
  auto model = init_model(models::mock_model);
  const auto reply = model.ask("Hello");
  EXPECT_EQ(reply.content, "This is a mock response to: Hello");
  EXPECT_EQ(reply.provider, "mock");
  EXPECT_EQ(reply.model, "mock_model");
  EXPECT_EQ(reply.tokens_used, 10);
  EXPECT_EQ(reply.finish_reason, FinishReason::stop);
  EXPECT_TRUE(reply.warnings.empty());
}

TEST(MockModel, takes_a_key_and_any_model_name) {
  const auto key = add_mock_key();
  EXPECT_EQ(key.reveal(), "mock_key");
  EXPECT_EQ(init_model("mock/other", key).ask("x").model, "other");
  clear_keys();
}

TEST(MockModel, streams_word_by_word_and_keeps_the_turn) {
  auto model = init_model(models::mock_model);
  std::vector<std::string> chunks;
  for (const auto& chunk : model.ask_stream("Hello")) chunks.push_back(chunk.content);
  EXPECT_EQ(chunks, (std::vector<std::string>{"This ", "is ", "a ", "mock ", "streamed ", "response."}));
  ASSERT_EQ(model.get_history().size(), 2u);
  EXPECT_EQ(model.get_history()[1].text(), "This is a mock streamed response.");
}

TEST(MockModel, reply_can_be_set_for_the_model_and_for_one_call) {
  auto model = init_model(models::mock_model);
  model.settings(Settings().extra(R"({"mock_reply": "You said: {prompt}"})"));
  EXPECT_EQ(model.ask("Hello").content, "You said: Hello");
  EXPECT_EQ(model.ask("Hello", Settings().extra(R"({"mock_reply": "Once"})")).content, "Once");
}

TEST(MockEmbedding, gives_vectors_in_the_order_of_the_texts) {
  auto embedder = init_embedding("mock/mock-embedding");
  const auto both = embedder.embed({"one", "two"});
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both.dimensions, 128u);
  EXPECT_TRUE(both.normalized);
  EXPECT_EQ(both.tokens_used, 8);
  EXPECT_TRUE(std::ranges::equal(both[1], embedder.embed("two")[0]));
}

TEST(MockModel, address_of_a_server_takes_it_to_that_server) {
  auto model = init_model(models::mock_model, {}, Endpoint().base_url("http://127.0.0.1:1/v1"));
  EXPECT_THROW(model.ask("Hello", Settings().retries(Retries().attempts(1))), ConnectionFailed);
}

}  // namespace
}  // namespace fastccg

#include <gtest/gtest.h>

#include "fastccg/catalog.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {
namespace {

ModelInfo priced() {
  ModelInfo model;
  model.input_price = 2;
  model.output_price = 10;
  return model;
}

Usage used(std::int64_t input, std::int64_t output) {
  Usage usage;
  usage.input = input;
  usage.output = output;
  return usage;
}

TEST(Cost, adds_input_and_output_by_the_million) {
  EXPECT_DOUBLE_EQ(cost(priced(), used(500'000, 100'000)).value(), 2.0);
}

TEST(Cost, cached_and_written_tokens_have_their_own_prices) {
  auto model = priced();
  model.cached_input_price = 0.5;
  model.cache_write_price = 2.5;
  auto usage = used(1'000'000, 0);
  usage.input_cached = 400'000;
  usage.input_cache_write = 200'000;
  EXPECT_DOUBLE_EQ(cost(model, usage).value(), 0.4 * 2 + 0.4 * 0.5 + 0.2 * 2.5);
}

TEST(Cost, without_a_price_for_the_cache_its_tokens_cost_as_any) {
  auto usage = used(1'000'000, 0);
  usage.input_cached = 400'000;
  EXPECT_DOUBLE_EQ(cost(priced(), usage).value(), 2.0);
}

TEST(Cost, embeddings_have_no_output_to_pay_for) {
  ModelInfo model;
  model.kind = ModelInfo::Kind::embeddings;
  model.input_price = 0.1;
  Usage usage;
  usage.input = 1'000'000;
  EXPECT_DOUBLE_EQ(cost(model, usage).value(), 0.1);
}

TEST(Cost, unknown_is_not_free) {
  EXPECT_EQ(cost(ModelInfo(), used(1, 1)), std::nullopt);
  EXPECT_EQ(cost(priced(), Usage()), std::nullopt);
  Usage half;
  half.input = 5;
  EXPECT_EQ(cost(priced(), half), std::nullopt);
}

TEST(Cost, more_cached_than_there_was_does_not_pay_back) {
  auto usage = used(100, 0);
  usage.input_cached = 200;
  EXPECT_GE(cost(priced(), usage).value(), 0);
}

}  // namespace
}  // namespace fastccg

#include "embed/assembly.hpp"

#include <gtest/gtest.h>

namespace fastccg::embed {
namespace {

Vectors vectors(std::size_t dimensions, std::vector<float> values, std::optional<std::int64_t> tokens = {}) {
  Vectors made;
  made.dimensions = dimensions;
  made.values = std::move(values);
  made.usage.input = made.usage.total = tokens;
  return made;
}

CallInfo info(std::string id = {}) {
  CallInfo made;
  made.request_id = std::move(id);
  made.attempts = 1;
  return made;
}

Embeddings of(std::vector<float> values, const EmbeddingSettings& settings) {
  Assembly assembly(values.size() / 2);
  EXPECT_EQ(assembly.add(0, vectors(2, std::move(values)), info()), "");
  return assembly.take(settings);
}

TEST(Assembly, batches_stand_in_the_order_of_the_texts) {
  Assembly assembly(3);
  EXPECT_EQ(assembly.add(2, vectors(2, {5, 6}, 1), info("last")), "");
  EXPECT_EQ(assembly.add(0, vectors(2, {1, 2, 3, 4}, 2), info("first")), "");
  const auto result = assembly.take({});
  EXPECT_EQ(result.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(result.request_ids, (std::vector<std::string>{"first", "last"}));
  EXPECT_EQ(result.tokens_used, 3);
  EXPECT_EQ(result.attempts, 2);
}

TEST(Assembly, a_usage_that_is_missing_once_is_missing) {
  Assembly assembly(2);
  EXPECT_EQ(assembly.add(0, vectors(1, {1}, 5), info()), "");
  EXPECT_EQ(assembly.add(1, vectors(1, {1}), info()), "");
  EXPECT_EQ(assembly.take({}).usage, Usage());
}

TEST(Assembly, batches_of_different_size_are_refused) {
  Assembly assembly(2);
  EXPECT_EQ(assembly.add(0, vectors(2, {1, 2}), info()), "");
  EXPECT_NE(assembly.add(1, vectors(3, {1, 2, 3}), info()).find("3 numbers"), std::string::npos);
}

TEST(Assembly, another_size_than_was_asked_for_is_refused) {
  Assembly assembly(1);
  assembly.expect_dimensions(2);
  EXPECT_NE(assembly.add(0, vectors(3, {1, 2, 3}), info()).find("2 numbers were asked for"), std::string::npos);
}

TEST(Assembly, vectors_are_left_as_they_came) {
  const auto result = of({3, 4, 0.6F, 0.8F}, {});
  EXPECT_EQ(result.values, (std::vector<float>{3, 4, 0.6F, 0.8F}));
  EXPECT_FALSE(result.normalized);
}

TEST(Assembly, reduced_vectors_get_a_length_of_one) {
  const auto result = of({3, 4}, EmbeddingSettings().dimensions(2));
  EXPECT_EQ(result.values, (std::vector<float>{0.6F, 0.8F}));
  EXPECT_TRUE(result.normalized);
}

TEST(Assembly, reduced_vectors_that_have_it_keep_every_bit) {
  const auto result = of({0.5999F, 0.8F}, EmbeddingSettings().dimensions(2));
  EXPECT_EQ(result.values, (std::vector<float>{0.5999F, 0.8F}));
  EXPECT_TRUE(result.normalized);
}

TEST(Assembly, normalize_scales_all) {
  const auto result = of({0.5999F, 0.8F}, EmbeddingSettings().normalize(true));
  EXPECT_NE(result.values[0], 0.5999F);
  EXPECT_TRUE(result.normalized);
}

TEST(Assembly, normalize_can_be_forbidden) {
  EXPECT_EQ(of({3, 4}, EmbeddingSettings().dimensions(2).normalize(false)).values, (std::vector<float>{3, 4}));
}

TEST(Assembly, a_vector_of_zeros_stays_one) {
  const auto result = of({0, 0}, EmbeddingSettings().normalize(true));
  EXPECT_EQ(result.values, (std::vector<float>{0, 0}));
  EXPECT_FALSE(result.normalized);
}

}  // namespace
}  // namespace fastccg::embed

#include <gtest/gtest.h>

#include "fastccg/embed.hpp"

namespace fastccg {
namespace {

TEST(EmbeddingSettings, what_a_call_sets_wins) {
  const auto base = EmbeddingSettings().dimensions(8).parallel(2);
  const auto both = base.overlaid_with(EmbeddingSettings().dimensions(4).input_kind(InputKind::query));
  EXPECT_EQ(both, EmbeddingSettings().dimensions(4).parallel(2).input_kind(InputKind::query));
}

TEST(EmbeddingSettings, every_setting_is_laid_over) {
  EmbeddingSettings all;
  all.dimensions(8).input_kind(InputKind::document).normalize(true).encoding(VectorEncoding::base64).batch_size(3);
  all.parallel(2).extra("{}").extra_headers({{"X-A", "b"}}).timeouts(Timeouts()).retries(Retries()).limits(Limits());
  EXPECT_EQ(EmbeddingSettings().overlaid_with(all), all);
  EXPECT_EQ(all.overlaid_with(EmbeddingSettings()), all);
}

TEST(EmbeddingSettings, impossible_values_are_refused) {
  EXPECT_THROW(EmbeddingSettings().dimensions(0), UsageError);
  EXPECT_THROW(EmbeddingSettings().batch_size(0), UsageError);
  EXPECT_THROW(EmbeddingSettings().parallel(0), UsageError);
  EXPECT_THROW(EmbeddingSettings().parallel(65), UsageError);
  EXPECT_THROW(EmbeddingSettings().extra_headers({{"X-A", "b\r\nc"}}), UsageError);
}

TEST(Texts, convert_from_what_one_would_write) {
  EXPECT_EQ(Texts("a").list, std::vector<std::string>{"a"});
  EXPECT_EQ(Texts(std::string("a")).list, std::vector<std::string>{"a"});
  EXPECT_EQ(Texts({"a", "b"}).list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Texts(std::vector<std::string>{"a", "b"}).list, (std::vector<std::string>{"a", "b"}));
}

TEST(Embeddings, a_vector_is_a_view_of_the_values) {
  Embeddings embeddings;
  embeddings.dimensions = 2;
  embeddings.values = {1, 2, 3, 4};
  EXPECT_EQ(embeddings.size(), 2u);
  EXPECT_EQ(embeddings[1].data(), embeddings.values.data() + 2);
  EXPECT_EQ(embeddings[1].size(), 2u);
}

TEST(Embeddings, without_texts_there_are_none) {
  EXPECT_EQ(Embeddings().size(), 0u);
  EXPECT_TRUE(Embeddings().empty());
}

TEST(CosineSimilarity, knows_direction_and_not_length) {
  const std::vector<float> a{1, 0}, b{5, 0}, c{0, 2}, d{-1, 0}, zero{0, 0};
  EXPECT_DOUBLE_EQ(cosine_similarity(a, b), 1);
  EXPECT_DOUBLE_EQ(cosine_similarity(a, c), 0);
  EXPECT_DOUBLE_EQ(cosine_similarity(a, d), -1);
  EXPECT_DOUBLE_EQ(cosine_similarity(a, zero), 0);
}

TEST(CosineSimilarity, vectors_of_different_size_are_refused) {
  const std::vector<float> a{1, 0}, b{1};
  EXPECT_THROW((void)cosine_similarity(a, b), UsageError);
}

}  // namespace
}  // namespace fastccg

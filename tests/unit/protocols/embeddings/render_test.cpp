#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols {
namespace {

AskedFor asked(Quirk quirks = Quirk::none) {
  AskedFor request(Speaks::chat_completions);
  request.dialect = Dialect("test", quirks);
  request.model.id = "m";
  return request;
}

TEST(EmbeddingsRender, texts_become_a_list) {
  EXPECT_EQ(asked().body(), R"({"model":"m","input":["a","b"]})");
  EXPECT_EQ(asked().render().path, "/embeddings");
}

TEST(EmbeddingsRender, a_single_text_is_a_list_of_one) {
  auto request = asked();
  request.texts = {"123"};
  EXPECT_EQ(request.body(), R"({"model":"m","input":["123"]})");
}

TEST(EmbeddingsRender, base64_is_asked_for_where_it_is_more_exact) {
  EXPECT_EQ(asked(Quirk::base64_vectors).body(), R"({"model":"m","input":["a","b"],"encoding_format":"base64"})");
}

TEST(EmbeddingsRender, a_chosen_encoding_wins_over_the_quirk) {
  auto request = asked(Quirk::base64_vectors);
  request.settings.encoding(VectorEncoding::numbers);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"],"encoding_format":"float"})");
  request = asked();
  request.settings.encoding(VectorEncoding::base64);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"],"encoding_format":"base64"})");
}

TEST(EmbeddingsRender, one_who_sends_bytes_only_is_not_asked_for_another_encoding) {
  auto request = asked(Quirk::int8_vectors);
  request.settings.encoding(VectorEncoding::numbers);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"]})");
  EXPECT_EQ(request.warned(), "encoding ");
}

TEST(EmbeddingsRender, dimensions_have_the_providers_name) {
  auto request = asked();
  request.settings.dimensions(256);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"],"dimensions":256})");
  request = asked(Quirk::output_dimension);
  request.settings.dimensions(256);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"],"output_dimension":256})");
}

TEST(EmbeddingsRender, a_model_of_one_size_is_not_asked_for_it) {
  auto request = asked();
  request.model.listed = true;
  request.model.dimensions = 1024;
  request.settings.dimensions(1024);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"]})");
}

TEST(EmbeddingsRender, the_kind_of_input_is_left_out_with_a_warning) {
  auto request = asked();
  request.settings.input_kind(InputKind::query);
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"]})");
  EXPECT_EQ(request.warned(), "input_kind ");
}

TEST(EmbeddingsRender, extra_is_merged_last) {
  auto request = asked(Quirk::base64_vectors);
  request.settings.extra(R"({"encoding_format":"float","user":"u"})");
  EXPECT_EQ(request.body(), R"({"model":"m","input":["a","b"],"encoding_format":"float","user":"u"})");
}

TEST(EmbeddingsRender, extra_that_is_no_object_is_refused) {
  auto request = asked();
  request.settings.extra("[1]");
  EXPECT_THROW((void)request.render(), UsageError);
}

TEST(EmbeddingsRender, the_path_may_stand_below_v1) {
  EXPECT_EQ(asked(Quirk::v1_embeddings).render().path, "/v1/embeddings");
}

TEST(EmbeddingsRender, what_is_not_utf8_is_replaced) {
  auto request = asked();
  request.texts = {"a\xFF"};
  EXPECT_EQ(request.body(), "{\"model\":\"m\",\"input\":[\"a\xEF\xBF\xBD\"]}");
}

TEST(EmbeddingsRender, who_speaks_messages_has_no_embeddings) { EXPECT_EQ(find_embedding(Speaks::messages), nullptr); }

}  // namespace
}  // namespace fastccg::protocols

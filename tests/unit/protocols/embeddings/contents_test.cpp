#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols {
namespace {

AskedFor asked(const std::string& model = "gemini-embedding-001") {
  AskedFor request(Speaks::generate_content);
  request.model.id = model;
  return request;
}

std::string one(const std::string& model, const std::string& text, const std::string& rest = "") {
  return R"({"model":"models/)" + model + R"(","content":{"parts":[{"text":")" + text + R"("}]})" + rest + "}";
}

Result<Vectors> decode(const std::string& body, std::size_t count, std::optional<int> dimensions = {}) {
  return find_embedding(Speaks::generate_content)->decode(body, ExpectedVectors(count, dimensions), plain_dialect);
}

TEST(EmbedContents, each_text_is_a_request_of_its_own) {
  EXPECT_EQ(asked().body(),
            R"({"requests":[)" + one("gemini-embedding-001", "a") + "," + one("gemini-embedding-001", "b") + "]}");
  EXPECT_EQ(asked().render().path, "/v1beta/models/gemini-embedding-001:batchEmbedContents");
}

TEST(EmbedContents, the_collection_in_a_models_name_is_not_said_twice) {
  EXPECT_EQ(asked("models/m").body(), R"({"requests":[)" + one("m", "a") + "," + one("m", "b") + "]}");
  EXPECT_EQ(asked("models/m").render().path, "/v1beta/models/m:batchEmbedContents");
}

TEST(EmbedContents, the_kind_of_input_is_a_task_type) {
  auto request = asked();
  request.texts = {"a"};
  request.settings.input_kind(InputKind::document).dimensions(768);
  EXPECT_EQ(request.body(),
            R"({"requests":[)" +
                one("gemini-embedding-001", "a", R"(,"taskType":"RETRIEVAL_DOCUMENT","outputDimensionality":768)") +
                "]}");
}

TEST(EmbedContents, newer_models_read_the_kind_in_the_text) {
  auto request = asked("gemini-embedding-2");
  request.texts = {"a"};
  request.settings.input_kind(InputKind::query);
  EXPECT_EQ(request.body(), R"({"requests":[)" + one("gemini-embedding-2", "task: search result | query: a") + "]}");
  request.settings.input_kind(InputKind::document);
  EXPECT_EQ(request.body(), R"({"requests":[)" + one("gemini-embedding-2", "title: none | text: a") + "]}");
}

TEST(EmbedContents, previews_of_newer_models_have_the_task_type) {
  auto request = asked("gemini-embedding-2-preview");
  request.texts = {"a"};
  request.settings.input_kind(InputKind::query);
  EXPECT_EQ(request.body(),
            R"({"requests":[)" + one("gemini-embedding-2-preview", "a", R"(,"taskType":"RETRIEVAL_QUERY")") + "]}");
}

TEST(EmbedContents, every_kind_of_input_is_told) {
  auto request = asked();
  for (const auto kind :
       {InputKind::query, InputKind::document, InputKind::similarity, InputKind::classification, InputKind::clustering,
        InputKind::question, InputKind::fact_verification, InputKind::code_query}) {
    request.settings.input_kind(kind);
    EXPECT_NE(request.body().find("taskType"), std::string::npos) << to_string(kind);
  }
  EXPECT_EQ(request.warned(), "");
}

TEST(EmbedContents, base64_is_left_out_with_a_warning) {
  auto request = asked();
  request.settings.encoding(VectorEncoding::base64);
  EXPECT_EQ(request.warned(), "encoding ");
}

TEST(EmbedContents, extra_goes_into_each_request) {
  auto request = asked();
  request.texts = {"a"};
  request.settings.extra(R"({"title":"t"})");
  EXPECT_EQ(request.body(), R"({"requests":[)" + one("gemini-embedding-001", "a", R"(,"title":"t")") + "]}");
}

TEST(EmbedContents, vectors_stand_in_the_order_of_the_list) {
  EXPECT_EQ(said(decode(R"({"embeddings":[{"values":[1,2]},{"values":[3,4]}]})", 2)), "1,2;3,4");
}

TEST(EmbedContents, the_answer_of_the_method_for_one_text_is_understood) {
  EXPECT_EQ(said(decode(R"({"embedding":{"values":[1,2]}})", 1)), "1,2");
}

TEST(EmbedContents, usage_counts_the_prompt) {
  const auto outcome = decode(R"({"embeddings":[{"values":[1]}],"usageMetadata":{"promptTokenCount":7}})", 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->usage.input, 7);
  EXPECT_EQ(outcome->usage.total, 7);
}

TEST(EmbedContents, a_vector_too_few_is_refused) {
  EXPECT_NE(said(decode(R"({"embeddings":[{"values":[1]}]})", 2)).find("text 1"), std::string::npos);
}

TEST(EmbedContents, a_vector_too_many_is_refused) {
  EXPECT_NE(said(decode(R"({"embeddings":[{"values":[1]},{"values":[1]}]})", 1)).find("numbered 1"), std::string::npos);
}

TEST(EmbedContents, an_entry_without_values_is_refused) {
  EXPECT_NE(said(decode(R"({"embeddings":[{}]})", 1)).find("neither a list"), std::string::npos);
}

TEST(EmbedContents, an_answer_of_another_kind_is_refused) {
  EXPECT_NE(said(decode(R"({"candidates":[]})", 1)).find("no list of vectors"), std::string::npos);
}

TEST(EmbedContents, a_failure_within_a_success_is_that_failure) {
  const auto outcome = decode(R"([{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}])", 1);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::overloaded);
}

}  // namespace
}  // namespace fastccg::protocols

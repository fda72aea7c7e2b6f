#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace json = boost::json;

namespace {

RawAnswer embed(const Simulator& simulator, const std::string& members,
                const std::string& model = "text-embedding-3-small", const std::string& path = "/v1/embeddings") {
  return RawClient(simulator.port()).post(path, R"({"model":")" + model + "\"," + members + "}");
}

RawAnswer embed(const std::string& members, const std::string& model = "text-embedding-3-small") {
  const Simulator simulator;
  return embed(simulator, members, model);
}

RawAnswer embed_gemini(const std::string& body, const std::string& target = "gemini-embedding-2:embedContent") {
  const Simulator simulator;
  return RawClient(simulator.port()).post("/v1beta/models/" + target, body);
}

std::string gemini_request(const std::string& text, const std::string& more = "",
                           const std::string& model = "gemini-embedding-2") {
  return R"({"model":"models/)" + model + R"(","content":{"parts":[{"text":")" + text + R"("}]})" + more + "}";
}

std::vector<double> numbers(const RawAnswer& answer, const std::string& pointer) {
  std::vector<double> result;
  const auto value = json::parse(at(answer.body, pointer));
  for (const auto& each : value.as_array()) result.push_back(each.to_number<double>());
  return result;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += a[i] * b[i];
  return sum;
}

double length(const std::vector<double>& vector) { return std::sqrt(dot(vector, vector)); }

std::vector<float> decoded(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const auto c : text.substr(0, text.find('='))) {
    buffer = (buffer << 6U) | static_cast<unsigned>(alphabet.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((buffer >> static_cast<unsigned>(bits)) & 0xFFU);
  }
  std::vector<float> result(bytes.size() / sizeof(float));
  std::memcpy(result.data(), bytes.data(), result.size() * sizeof(float));
  return result;
}

std::string complaint(const std::string& members, const std::string& model = "text-embedding-3-small") {
  const auto answer = embed(members, model);
  return answer.status == 400 ? at(answer.body, "/error/message") : "status " + std::to_string(answer.status);
}

std::string repeated(const std::string& word, int count) {
  std::string text = word;
  for (int i = 1; i < count; ++i) text += " " + word;
  return text;
}

}  // namespace

TEST(Embeddings, have_the_shape_of_the_service) {
  const auto answer = embed(R"("input":["hello","good day"])");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(at(answer.body, "/object"), "list");
  EXPECT_EQ(at(answer.body, "/model"), "text-embedding-3-small");
  EXPECT_EQ(at(answer.body, "/data/1/object"), "embedding");
  EXPECT_EQ(at(answer.body, "/data/1/index"), "1");
  EXPECT_EQ(at(answer.body, "/usage"), R"({"prompt_tokens":3,"total_tokens":3})");
  EXPECT_EQ(answer.header("openai-model"), "text-embedding-3-small");
  EXPECT_EQ(numbers(answer, "/data/0/embedding").size(), 1536U);
  EXPECT_NEAR(length(numbers(answer, "/data/0/embedding")), 1, 0.001);
}

TEST(Embeddings, are_alike_where_texts_are_alike) {
  const auto answer = embed(
      R"("input":["the cat sat on the mat","the cat sat on a mat","quarterly revenue rose sharply","the cat sat on the mat"])");
  const auto first = numbers(answer, "/data/0/embedding");
  EXPECT_GT(dot(first, numbers(answer, "/data/1/embedding")), 0.8);
  EXPECT_LT(dot(first, numbers(answer, "/data/2/embedding")), 0.2);
  EXPECT_EQ(first, numbers(answer, "/data/3/embedding"));
}

TEST(Embeddings, can_be_shortened_to_unit_length) {
  const auto whole = numbers(embed(R"("input":"hello")"), "/data/0/embedding");
  const auto part = numbers(embed(R"("input":"hello","dimensions":256)"), "/data/0/embedding");
  ASSERT_EQ(part.size(), 256U);
  EXPECT_NEAR(length(part), 1, 0.001);
  EXPECT_NEAR(part[0] / part[1], whole[0] / whole[1], 0.01);
  EXPECT_EQ(numbers(embed(R"("input":"hello")", "text-embedding-3-large"), "/data/0/embedding").size(), 3072U);
}

TEST(Embeddings, base64_holds_four_bytes_for_each_number) {
  const auto text =
      at(embed(R"("input":"hello","encoding_format":"base64","dimensions":128)").body, "/data/0/embedding");
  EXPECT_EQ(text.size(), 684U);
  const auto exact = decoded(text);
  const auto rounded = numbers(embed(R"("input":"hello","dimensions":128)"), "/data/0/embedding");
  ASSERT_EQ(exact.size(), rounded.size());
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(static_cast<double>(exact[i]), rounded[i], 0.001);
}

TEST(Embeddings, numbers_are_one_text_in_tokens) {
  EXPECT_EQ(at(embed(R"("input":[1,2,3])").body, "/usage/prompt_tokens"), "3");
  const auto batch = embed(R"("input":[[1,2,3],[4]])");
  EXPECT_EQ(at(batch.body, "/usage/prompt_tokens"), "4");
  EXPECT_EQ(at(batch.body, "/data/1/index"), "1");
}

TEST(Embeddings, what_is_wrong_is_said_as_the_service_says_it) {
  EXPECT_NE(complaint(R"("input":"")").find("'$.input' is invalid"), std::string::npos);
  EXPECT_NE(complaint(R"("input":[])").find("'$.input' is invalid"), std::string::npos);
  EXPECT_NE(complaint(R"("input":["a",""])").find("'$.input' is invalid"), std::string::npos);
  EXPECT_NE(complaint(R"("input":[1.5])").find("'$.input' is invalid"), std::string::npos);
  EXPECT_EQ(complaint(R"("user":"me")"), "Missing required parameter: 'input'.");
  EXPECT_EQ(complaint(R"("input":"a","seed":1)"), "Unknown parameter: 'seed'.");
  EXPECT_NE(complaint(R"("input":"a","encoding_format":"int8")").find("'float', 'base64'"), std::string::npos);
  EXPECT_NE(complaint(R"("input":"a","dimensions":0)").find(">= 1"), std::string::npos);
  EXPECT_NE(complaint(R"("input":"a","dimensions":4000)").find("less than or equal to 1536"), std::string::npos);
  EXPECT_NE(complaint(R"("input":"a","dimensions":3)", "text-embedding-ada-002").find("does not support"),
            std::string::npos);
  EXPECT_NE(complaint(R"("input":")" + repeated("word", 8193) + '"').find("8192 tokens"), std::string::npos);
}

TEST(Embeddings, batches_have_limits) {
  std::string many = "\"a\"";
  for (int i = 0; i < 2048; ++i) many += ",\"a\"";
  EXPECT_NE(complaint("\"input\":[" + many + "]").find("maximum length 2048"), std::string::npos);
  const auto big = '"' + repeated("word", 8000) + '"';
  std::string list = big;
  for (int i = 0; i < 37; ++i) list += ',' + big;
  const auto answer = embed("\"input\":[" + list + "]");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(at(answer.body, "/error/code"), "max_tokens_per_request");
}

TEST(Embeddings, models_that_talk_or_do_not_exist_have_none) {
  EXPECT_EQ(embed(R"("input":"a")", "gpt-4o").status, 403);
  const Simulator simulator(SimulatorOptions().models({"text-embedding-3-small"}));
  const auto unknown = embed(simulator, R"("input":"a")", "nonexistent");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(at(unknown.body, "/error/code"), "model_not_found");
  EXPECT_EQ(embed(simulator, R"("input":"a")").status, 200);
}

TEST(Embeddings, other_services_have_fields_of_their_own) {
  const Simulator simulator;
  EXPECT_EQ(embed(simulator, R"("input":"a","input_type":"query")", "m", "/openai/v1/embeddings").status, 200);
}

TEST(Embeddings, faults_strike_them_too) {
  const Simulator simulator(SimulatorOptions().fault(Fault("rate-limit;retry-after=3")));
  const auto answer = embed(simulator, R"("input":"a")");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("retry-after"), "3");
  EXPECT_EQ(simulator.requests()[0].persona, "openai_embeddings");
}

TEST(GeminiEmbeddings, come_one_by_one_or_in_batches) {
  const auto one = embed_gemini(gemini_request("hello"));
  const auto vector = numbers(one, "/embedding/values");
  EXPECT_EQ(vector.size(), 3072U);
  EXPECT_NEAR(length(vector), 1, 1e-4);
  EXPECT_EQ(at(one.body, "/usageMetadata/promptTokenCount"), "1");
  const auto batch = embed_gemini("{\"requests\":[" + gemini_request("good day") + "," + gemini_request("hello") + "]}",
                                  "gemini-embedding-2:batchEmbedContents");
  EXPECT_EQ(numbers(batch, "/embeddings/1/values"), vector);
  EXPECT_EQ(at(batch.body, "/usageMetadata/promptTokenDetails/0/tokenCount"), "3");
}

TEST(GeminiEmbeddings, of_the_first_generation_lose_their_length_when_shortened) {
  const auto first = embed_gemini(gemini_request("hello", R"(,"output_dimensionality":768)", "gemini-embedding-001"),
                                  "gemini-embedding-001:embedContent");
  EXPECT_EQ(numbers(first, "/embedding/values").size(), 768U);
  EXPECT_LT(length(numbers(first, "/embedding/values")), 0.7);
  EXPECT_EQ(at(first.body, "/usageMetadata"), "");
  const auto second = embed_gemini(gemini_request("hello", R"(,"outputDimensionality":768)"));
  EXPECT_NEAR(length(numbers(second, "/embedding/values")), 1, 1e-4);
}

TEST(GeminiEmbeddings, all_parts_of_a_content_make_one_vector) {
  const auto answer = embed_gemini(
      R"({"content":{"parts":[{"text":"a logo"},{"inline_data":{"mime_type":"image/png","data":"iVBORw0K"}}]}})");
  EXPECT_EQ(numbers(answer, "/embedding/values").size(), 3072U);
  EXPECT_EQ(at(answer.body, "/usageMetadata/promptTokenDetails/0/modality"), "IMAGE");
}

TEST(GeminiEmbeddings, what_is_wrong_is_said_as_the_service_says_it) {
  const auto refused = [](const std::string& body, const std::string& target = "gemini-embedding-2:embedContent") {
    const auto answer = embed_gemini(body, target);
    return std::to_string(answer.status) + at(answer.body, "/error/status") + at(answer.body, "/error/message");
  };
  const std::string batch = "gemini-embedding-2:batchEmbedContents";
  EXPECT_NE(refused(R"({"content":{"parts":[]}})").find("400INVALID_ARGUMENT"), std::string::npos);
  EXPECT_NE(refused(gemini_request("a", R"(,"taskType":"DREAMING")")).find("task_type"), std::string::npos);
  EXPECT_NE(refused(gemini_request("a", R"(,"title":"t")")).find("title"), std::string::npos);
  EXPECT_NE(refused(gemini_request("a", R"(,"outputDimensionality":0)")).find("dimensionality"), std::string::npos);
  EXPECT_NE(refused(gemini_request("a", R"(,"dimensions":5)")).find("Unknown name"), std::string::npos);
  EXPECT_NE(
      refused("{\"requests\":[" + gemini_request("a", "", "other") + "]}", batch).find("models/gemini-embedding-2"),
      std::string::npos);
  std::string many = gemini_request("a");
  for (int i = 0; i < 100; ++i) many += "," + gemini_request("a");
  EXPECT_NE(refused("{\"requests\":[" + many + "]}", batch).find("at most 100"), std::string::npos);
  EXPECT_NE(refused(gemini_request("a"), "gemini-3.6-flash:embedContent").find("404NOT_FOUND"), std::string::npos);
}

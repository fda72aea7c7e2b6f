#include <gtest/gtest.h>

#include <limits>

#include "support.hpp"

namespace fastccg::protocols {
namespace {

Result<Vectors> decode(const std::string& body, std::size_t count, std::optional<int> dimensions = {},
                       Quirk quirks = Quirk::none) {
  return find_embedding(Speaks::chat_completions)
      ->decode(body, ExpectedVectors(count, dimensions), Dialect("test", quirks));
}

std::string data(const std::string& entries) { return R"({"object":"list","model":"m-1","data":[)" + entries + "]}"; }

std::string entry(int index, const std::string& vector) {
  return R"({"object":"embedding","index":)" + std::to_string(index) + R"(,"embedding":)" + vector + "}";
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

TEST(EmbeddingsParse, vectors_stand_in_the_order_of_the_texts) {
  EXPECT_EQ(said(decode(data(entry(0, "[1,2]") + "," + entry(1, "[3,4.5]")), 2)), "1,2;3,4.5");
}

TEST(EmbeddingsParse, order_is_restored_by_index) {
  const auto body = data(entry(2, "[5,6]") + "," + entry(0, "[1,2]") + "," + entry(1, "[3,4]"));
  EXPECT_EQ(said(decode(body, 3)), "1,2;3,4;5,6");
}

TEST(EmbeddingsParse, model_and_usage_are_read) {
  const auto outcome = decode(R"({"model":"m-1","data":[{"index":0,"embedding":[1]}],)"
                              R"("usage":{"prompt_tokens":3,"total_tokens":3,"completion_tokens":0}})",
                              1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->model, "m-1");
  EXPECT_EQ(outcome->usage.input, 3);
  EXPECT_EQ(outcome->usage.total, 3);
}

TEST(EmbeddingsParse, a_missing_usage_is_absent) {
  const auto outcome = decode(data(entry(0, "[1]")), 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->usage, Usage());
}

TEST(EmbeddingsParse, a_total_alone_counts_as_input_too) {
  const auto outcome = decode(R"({"data":[{"index":0,"embedding":[1]}],"usage":{"total_tokens":7}})", 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->usage.input, 7);
}

TEST(EmbeddingsParse, base64_is_read_as_floats) {
  EXPECT_EQ(said(decode(data(entry(0, quoted(base64_of({0.5F, -0.25F, 0.125F})))), 1)), "0.5,-0.25,0.125");
}

TEST(EmbeddingsParse, base64_keeps_every_bit) {
  const auto outcome = decode(data(entry(0, quoted(base64_of({0.1F, 1.17549435e-38F})))), 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->values, (std::vector<float>{0.1F, 1.17549435e-38F}));
}

TEST(EmbeddingsParse, base64_of_bytes_is_read_as_bytes_where_the_provider_sends_those) {
  const auto body = data(entry(0, quoted(base64_encode(std::string("\x01\xFF\x7F\x80", 4)))));
  EXPECT_EQ(said(decode(body, 1, {}, Quirk::int8_vectors)), "1,-1,127,-128");
}

TEST(EmbeddingsParse, the_size_of_base64_tells_bytes_from_floats) {
  const std::string bytes("\x01\x02\x03\x04\x05\x06\x07\x08", 8);
  EXPECT_EQ(said(decode(data(entry(0, quoted(base64_encode(bytes)))), 1, 8)), "1,2,3,4,5,6,7,8");
  const auto floats = data(entry(0, quoted(base64_of({1, 2}))));
  EXPECT_EQ(said(decode(floats, 1, 2, Quirk::int8_vectors)), "1,2");
}

TEST(EmbeddingsParse, bytes_that_cannot_be_floats_are_bytes) {
  std::string bytes;
  for (int i = 0; i < 64; ++i) bytes += static_cast<char>(i % 2 == 0 ? i : -i);
  const auto outcome = decode(data(entry(0, quoted(base64_encode(bytes)))), 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->dimensions, 64u);
}

TEST(EmbeddingsParse, long_vectors_in_base64_are_still_floats) {
  const auto outcome = decode(data(entry(0, quoted(base64_of({300.0F, -812.5F, 0.0F})))), 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->dimensions, 3u);
}

TEST(EmbeddingsParse, without_any_index_the_order_is_that_of_the_list) {
  EXPECT_EQ(said(decode(R"({"data":[{"embedding":[1]},{"embedding":[2]}]})", 2)), "1;2");
}

class Refused {
 public:
  const char* name;
  std::string body;
  const char* says;
};

void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class EmbeddingsRefused : public testing::TestWithParam<Refused> {};

TEST_P(EmbeddingsRefused, says_why) {
  const auto outcome = decode(GetParam().body, 2, 2);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::protocol);
  EXPECT_NE(outcome.error().message.find(GetParam().says), std::string::npos) << outcome.error().message;
}

const auto good = entry(0, "[1,2]");

INSTANTIATE_TEST_SUITE_P(
    Answers, EmbeddingsRefused,
    testing::Values(Refused{"nothing", "", "it is empty"}, Refused{"page", "<html></html>", "it is a web page"},
                    Refused{"cut", R"({"data":[{"index":0,)", "as JSON"},
                    Refused{"no_list", R"({"object":"list"})", "no list"},
                    Refused{"list_is_text", R"({"data":"x"})", "no list"}, Refused{"no_vectors", data(""), "0 vectors"},
                    Refused{"one_missing", data(good), "the first that is missing is that of text 1"},
                    Refused{"twice", data(good + "," + good), "two vectors numbered 0"},
                    Refused{"out_of_range", data(good + "," + entry(2, "[1,2]")), "numbered 2"},
                    Refused{"negative", data(good + "," + entry(-1, "[1,2]")), "numbered -1"},
                    Refused{"one_unnumbered", data(good + R"(,{"embedding":[1,2]})"), "without a number"},
                    Refused{"index_is_text", data(good + R"(,{"index":"1","embedding":[1,2]})"), "without a number"},
                    Refused{"too_many", data(good + "," + entry(1, "[1,2]") + "," + entry(2, "[1,2]")), "numbered 2"},
                    Refused{"no_vector", data(good + R"(,{"index":1})"), "text 1 is neither"},
                    Refused{"empty_vector", data(good + "," + entry(1, "[]")), "is empty"},
                    Refused{"null_number", data(good + "," + entry(1, "[1,null]")), "no number"},
                    Refused{"nested", data(good + "," + entry(1, "[[1,2]]")), "no number"},
                    Refused{"nan", data(good + "," + entry(1, "[1,NaN]")), "as JSON"},
                    Refused{"huge_number", data(good + "," + entry(1, "[1,1e300]")), "not finite"},
                    Refused{"other_size", data(good + "," + entry(1, "[1,2,3]")), "has 3 numbers, where another has 2"},
                    Refused{"no_base64", data(entry(0, quoted("?!"))), "not base64"},
                    Refused{"empty_base64", data(entry(0, quoted(""))), "is empty"},
                    Refused{"odd_bytes", data(entry(0, quoted(base64_of({1, 2}))) + "," + entry(1, quoted("AAAA"))),
                            "3 bytes"},
                    Refused{"infinite", data(entry(0, quoted(base64_of({1, std::numeric_limits<float>::infinity()})))),
                            "not finite"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(EmbeddingsParse, a_failure_within_a_success_is_that_failure) {
  const auto outcome = decode(R"({"error":{"message":"no capacity","code":503}})", 1);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().provider_message, "no capacity");
  EXPECT_EQ(outcome.error().kind, ErrorKind::overloaded);
}

TEST(EmbeddingsParse, every_cut_of_an_answer_is_refused) {
  const auto body = data(entry(0, "[1,2]") + "," + entry(1, quoted("AAAAAAAAAAA=")));
  for (std::size_t size = 0; size < body.size(); ++size) EXPECT_FALSE(decode(body.substr(0, size), 2)) << size;
}

}  // namespace
}  // namespace fastccg::protocols

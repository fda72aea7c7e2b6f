#include "protocols/chat_completions/chunk_pattern.hpp"

#include <gtest/gtest.h>

#include <random>

#include "../support.hpp"

namespace fastccg::protocols::chat_completions {
namespace {

void learn(ChunkPattern& pattern, const std::string& text) {
  json::Reader reader;
  const auto root = reader.parse(text);
  ASSERT_TRUE(root) << text;
  pattern.learn(text, *root);
}

/// What the pattern of one chunk says of another.
std::optional<std::string> told(const std::string& learned, const std::string& asked) {
  ChunkPattern pattern;
  learn(pattern, learned);
  const auto text = pattern.text_of(asked);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::string padded(const std::string& text, const std::string& padding) {
  return R"({"id":"c1","model":"m-2","choices":[{"index":0,"delta":{"content":")" + text +
         R"("},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":")" + padding + R"("})";
}

const std::string hello = chunk(R"({"content":"Hello"})");

TEST(ChunkPattern, knows_nothing_at_first) { EXPECT_FALSE(ChunkPattern().text_of(hello)); }

TEST(ChunkPattern, finds_other_text_in_the_same_place) {
  EXPECT_EQ(told(hello, chunk(R"({"content":" world"})")), " world");
  EXPECT_EQ(told(hello, chunk(R"({"content":""})")), "");
  EXPECT_EQ(told(hello, chunk("{\"content\":\"schön 世界\"}")), "schön 世界");
  EXPECT_EQ(told(chunk(R"({"content":"\"\\"})"), hello), "Hello") << "what was learned from may have escapes";
}

TEST(ChunkPattern, padding_is_passed_over) {
  EXPECT_EQ(told(padded("a", "xyz"), padded("b", "")), "b");
  EXPECT_FALSE(told(padded("a", "xyz"), padded("b", R"(\")")));
}

TEST(ChunkPattern, text_that_does_not_mean_itself_is_left_to_the_parser) {
  EXPECT_FALSE(told(hello, chunk(R"({"content":"a\nb"})")));
  EXPECT_FALSE(told(hello, chunk("{\"content\":\"a\nb\"}")));
  EXPECT_FALSE(told(hello, chunk("{\"content\":\"\xff\"}")));
  EXPECT_FALSE(told(hello, chunk("{\"content\":\"\xe4\xb8\"}")));
}

TEST(ChunkPattern, chunk_with_anything_else_in_it_is_left_to_the_parser) {
  EXPECT_FALSE(told(hello, chunk(R"({"content":"a","refusal":"no"})")));
  EXPECT_FALSE(told(hello, chunk(R"({"content":"a"})", R"("stop")")));
  EXPECT_FALSE(told(hello, chunk(R"({"content":"a"})") + " "));
  EXPECT_FALSE(told(hello, chunk(R"({"content":"a"})").substr(0, 60)));
  EXPECT_FALSE(told(hello, R"({"error":"Hello"})"));
  EXPECT_FALSE(told(hello, ""));
}

class NotLearned : public ::testing::TestWithParam<std::string> {};

TEST_P(NotLearned, chunk_that_does_more_than_add_text_is_no_pattern) { EXPECT_FALSE(told(GetParam(), GetParam())); }

INSTANTIATE_TEST_SUITE_P(
    ChunkPattern, NotLearned,
    ::testing::Values(
        chunk("{}"), chunk(R"({"content":null})"), chunk(R"({"content":["a"]})"), chunk(R"({"content": "a"})"),
        chunk(R"({"content":"a","content":"b"})"), chunk(R"({"content" :"a","x\"content":"b"})"),
        chunk(R"({"cont\u0065nt":"a","x":""})"), chunk(R"({"content":"a"})", R"("stop")"),
        chunk(R"({"content":"a","refusal":"b"})"), chunk(R"({"content":"a","reasoning":"b"})"),
        chunk(R"({"content":"a","tool_calls":[{"index":0}]})"), chunk(R"({"content":"a","audio":null})"),
        chunk(R"({"content":"a","reasoning_opaque":null})"), chunk(R"({"content":"a","reasoning_details":[]})"),
        R"({"model":"m","choices":[{"delta":{"content":"a"},"logprobs":{}}]})",
        R"({"model":"m","choices":[{"delta":{"content":"a"},"logprobs":1}]})",
        R"({"model":"m","choices":[{"index":1,"delta":{"content":"a"}}]})",
        R"({"model":"m","choices":[{"content":"a","delta":{"content" :"a"}}]})",
        R"({"model":"m","content":"a","choices":[{"delta":{"content" :"a"}}]})",
        R"({"model":"m","choices":[{"delta":{"content":"a"}},{"index":1}]})",
        R"({"model":"m","choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{}}]})",
        R"({"model":"m","choices":[{"delta":{"content":"a"},"delta":{}}]})",
        R"({"model":"m","choices":[{"delta":{"content":"a"}}],"usage":{"total_tokens":1}})",
        R"({"model":"m","choices":[{"delta":{"content":"a"}}],"citations":"x"})",
        R"({"model":"m","choices":[{"delta":{"content":"a"}}],"moderation":1})",
        R"({"model":"","choices":[{"delta":{"content":"a"}}]})", R"({"choices":[{"delta":{"content":"a"}}]})"));

TEST(ChunkPattern, chunk_of_another_answer_or_shape_becomes_the_pattern_in_turn) {
  ChunkPattern pattern;
  learn(pattern, hello);
  const auto other = padded("a", "b");
  EXPECT_FALSE(pattern.text_of(other));
  learn(pattern, other);
  EXPECT_EQ(pattern.text_of(padded("c", "d")), "c");
  EXPECT_FALSE(pattern.text_of(hello));
}

TEST(ChunkPattern, learning_ends_where_each_chunk_is_different) {
  ChunkPattern pattern;
  std::string last;
  for (int i = 0; i < 100; ++i) {
    last = R"({"n":)" + std::to_string(i) + "," + hello.substr(1);
    learn(pattern, last);
  }
  EXPECT_FALSE(pattern.text_of(last));
}

/// The same stream, with a blank in every other event, so that none has the pattern of the one before.
std::string spaced(const std::vector<std::string>& data) {
  std::vector<std::string> all;
  all.reserve(data.size());
  for (const auto& one : data) all.push_back(all.size() % 2 == 0 ? one : "{ " + one.substr(1));
  return events(all);
}

std::string told_of(const Outcome& outcome) {
  const auto& reply = outcome.reply;
  return outcome.heard + '|' + reply.id + '|' + reply.provider_model + '|' + reply.raw_finish_reason + '|' + reply.raw +
         '|' + (outcome.error ? std::string(to_string(outcome.error->kind)) : "");
}

class Chunks {
 public:
  explicit Chunks(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string delta = R"("content":)" + pick({R"("a")", R"(" b")", R"("")", R"("\n")", "\"ü\"", "null",
                                                R"([{"type":"text","text":"c"}])"});
    if (rarely()) delta = R"("role":"assistant",)" + delta;
    if (rarely())
      delta += pick({R"(,"refusal":null)", R"(,"refusal":"r")", R"(,"reasoning":"t")",
                     R"(,"reasoning_details":[{"type":"x"}])", R"(,"content":"z")", R"(,"audio":{"id":"s"})",
                     R"(,"reasoning_opaque":"o")",
                     R"(,"tool_calls":[{"index":0,"id":"i","function":{"name":"f","arguments":"{}"}}])"});
    std::string choice = R"("index":)" + (rarely() ? "1" : std::string("0")) + R"(,"delta":{)" + delta + "}";
    if (rarely())
      choice +=
          pick({R"(,"logprobs":null)", R"(,"logprobs":{"content":[{"token":"a"}]})", R"(,"finish_reason":"stop")"});
    std::string root = R"("id":")" + (rarely() ? "c2" : std::string("c1")) + R"(","model":")" +
                       (rarely() ? "" : std::string("m")) + R"(","choices":[{)" + choice + "}]";
    if (rarely())
      root +=
          pick({R"(,"usage":null)", R"(,"usage":{"prompt_tokens":3,"total_tokens":5})", R"(,"citations":["u"])",
                R"(,"moderation":{"a":1})", R"(,"error":null)", R"(,"error":{"message":"m"})", R"(,"content":"y")"});
    return "{" + root + (padding_ ? R"(,"obfuscation":")" + pick({"", "x", "yz"}) + "\"}" : "}");
  }

  void pad(bool value) { padding_ = value; }

 private:
  std::string pick(const std::vector<std::string>& choices) { return choices[random_() % choices.size()]; }
  bool rarely() { return random_() % 8 == 0; }

  std::mt19937 random_;
  bool padding_ = false;
};

TEST(ChunkPattern, streams_mean_the_same_with_and_without_it) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Chunks chunks(seed);
    chunks.pad(seed % 2 == 0);
    std::vector<std::string> data(12);
    for (auto& one : data) one = chunks.next();
    const auto with = decode_pieces({events(data)}, plain);
    const auto without = decode_pieces({spaced(data)}, plain);
    ASSERT_EQ(told_of(with), told_of(without)) << "seed " << seed;
    ASSERT_EQ(with.reply.message, without.reply.message) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fastccg::protocols::chat_completions

#include "transport/mock/mock_transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "json/reader.hpp"
#include "on_loop.hpp"
#include "recording_sink.hpp"
#include "transport/mock/mock_server.hpp"
#include "transport/mock/mock_vectors.hpp"

namespace fastccg::transport {
namespace {

using test::on_loop;
using test::RecordingSink;

HttpRequest chat(std::string body) {
  HttpRequest request;
  request.url = "mock://in-process/v1/chat/completions";
  request.body = std::move(body);
  return request;
}

HttpRequest stream() { return chat(R"({"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]})"); }

RecordedAnswer recorded(std::string body) {
  RecordedAnswer answer;
  answer.pieces = {std::move(body)};
  return answer;
}

class MockTransportTest : public ::testing::Test {
 protected:
  MockTransportTest() {
    on_loop(loop_, [this] {
      auto below = std::make_unique<ReplayTransport>(loop_, std::vector{recorded("from below"), recorded("too")});
      below_ = below.get();
      transport_ = std::make_unique<MockTransport>(loop_, std::move(below));
    });
  }
  ~MockTransportTest() override {
    on_loop(loop_, [this] { transport_.reset(); });
  }
  CallId start(const HttpRequest& request, RecordingSink& sink) {
    CallId id = CallId::none;
    on_loop(loop_, [&] { id = transport_->start(request, sink); });
    return id;
  }

  Loop loop_;
  ReplayTransport* below_ = nullptr;
  std::unique_ptr<MockTransport> transport_;
};

TEST_F(MockTransportTest, mock_address_is_answered_here) {
  RecordingSink sink;
  start(chat(R"({"model":"m","messages":[{"role":"user","content":"hi"}]})"), sink);
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.status(), 200);
  EXPECT_NE(sink.body().find("\"content\":\"This is a mock response to: hi\""), std::string::npos) << sink.body();
  EXPECT_TRUE(below_->requests().empty());
}

TEST_F(MockTransportTest, other_address_goes_below) {
  HttpRequest request;
  request.url = "https://example.test/v1/chat/completions";
  RecordingSink sink;
  start(request, sink);
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.body(), "from below");
}

TEST_F(MockTransportTest, calls_of_both_sides_are_told_apart) {
  HttpRequest elsewhere;
  elsewhere.url = "https://example.test/";
  RecordingSink cancelled;
  RecordingSink kept;
  on_loop(loop_, [&] {
    const auto mocked = transport_->start(stream(), cancelled);
    const auto other = transport_->start(elsewhere, kept);
    EXPECT_NE(mocked, other);
    transport_->cancel(mocked);
  });
  ASSERT_TRUE(kept.wait_for_end());
  EXPECT_EQ(kept.body(), "from below");
  EXPECT_EQ(cancelled.headers_calls() + cancelled.end_calls(), 0);
  EXPECT_EQ(below_->cancelled(), 0u);
}

TEST_F(MockTransportTest, paused_stream_waits_for_resume) {
  RecordingSink sink;
  CallId id = CallId::none;
  sink.after_headers = [&] { transport_->pause(id); };
  on_loop(loop_, [&] { id = transport_->start(stream(), sink); });
  ASSERT_TRUE(sink.wait_for_headers());
  for (int turn = 0; turn < 10; ++turn) on_loop(loop_, [] {});
  EXPECT_EQ(sink.body(), "");
  on_loop(loop_, [&] { transport_->resume(id); });
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_NE(sink.body().find("[DONE]"), std::string::npos);
}

TEST(MockServer, stream_has_one_event_for_each_word_and_one_for_the_end) {
  const auto answer = mock_answer(stream());
  EXPECT_EQ(answer.headers.at(0).second, "text/event-stream");
  ASSERT_EQ(answer.pieces.size(), 7u);
  EXPECT_NE(answer.pieces[0].find(R"("content":"This ")"), std::string::npos);
  EXPECT_NE(answer.pieces[5].find(R"("content":"response.")"), std::string::npos);
  EXPECT_TRUE(answer.pieces[6].ends_with("data: [DONE]\n\n"));
}

TEST(MockServer, same_request_gets_the_same_bytes) {
  EXPECT_EQ(mock_answer(stream()).pieces, mock_answer(stream()).pieces);
}

TEST(MockServer, prompt_is_the_last_text_of_the_user) {
  const auto answer = mock_answer(chat(R"({"messages":[{"role":"user","content":"first"},
      {"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"},{"type":"text","text":"b"}]},
      {"role":"assistant","content":"c"}]})"));
  EXPECT_NE(answer.pieces.at(0).find("mock response to: ab\""), std::string::npos) << answer.pieces[0];
}

TEST(MockServer, reply_that_was_set_repeats_the_prompt_where_it_says_so) {
  const auto answer =
      mock_answer(chat(R"({"mock_reply":"{prompt}? {prompt}! {","messages":[{"role":"user","content":"{prompt}"}]})"));
  EXPECT_NE(answer.pieces.at(0).find(R"("{prompt}? {prompt}! {")"), std::string::npos) << answer.pieces[0];
}

TEST(MockServer, empty_reply_that_was_set_streams_no_words) {
  const auto answer = mock_answer(chat(R"({"mock_reply":"","stream":true,"messages":[]})"));
  EXPECT_EQ(answer.pieces.size(), 1u);
}

HttpRequest embeddings(std::string body) {
  auto request = chat(std::move(body));
  request.url = "mock://in-process/v1/embeddings";
  return request;
}

TEST(MockServer, every_text_has_a_vector_of_its_own) {
  const auto answer = mock_answer(embeddings(R"({"model":"m","input":["one","two"],"dimensions":3})"));
  json::Reader reader;
  const auto root = reader.parse(answer.pieces.at(0));
  ASSERT_TRUE(root) << reader.error();
  ASSERT_EQ((*root)["data"].size(), 2u);
  EXPECT_EQ((*root)["data"].at(1)["index"].integer(), 1);
  EXPECT_EQ((*root)["data"].at(1)["embedding"].size(), 3u);
  EXPECT_NE((*root)["data"].at(0)["embedding"].serialized(), (*root)["data"].at(1)["embedding"].serialized());
}

double cosine(std::string_view a, std::string_view b) {
  const auto left = mock_vector(a, 128);
  const auto right = mock_vector(b, 128);
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

TEST(MockVector, has_length_one_and_depends_on_the_text_alone) {
  for (const auto* text : {"", "?!", "one", "Many words, and \xC3\xA9 too"}) {
    EXPECT_EQ(mock_vector(text, 128), mock_vector(text, 128));
    EXPECT_NEAR(cosine(text, text), 1, 1e-5);
  }
}

TEST(MockVector, uses_all_its_dimensions) {
  auto numbers = mock_vector("one", 128);
  std::ranges::sort(numbers);
  EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end());
}

TEST(MockVector, shared_words_bring_texts_together) {
  EXPECT_GT(cosine("The sky is blue.", "is the SKY blue?"), 0.99);
  EXPECT_GT(cosine("the sky is blue", "the sea is blue"), cosine("the sky is blue", "grass grows in parks") + 0.3);
}

TEST(MockServer, request_without_sense_is_refused) {
  EXPECT_EQ(mock_answer(chat("{\"messages\":")).status, 400);
  auto elsewhere = stream();
  elsewhere.url = "mock://in-process/v1/responses";
  EXPECT_EQ(mock_answer(elsewhere).status, 404);
}

}  // namespace
}  // namespace fastccg::transport

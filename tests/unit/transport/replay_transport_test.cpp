#include "transport/replay/replay_transport.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>

#include "on_loop.hpp"
#include "recording_sink.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using test::on_loop;
using test::RecordingSink;

RecordedAnswer answer(std::vector<std::string> pieces) {
  RecordedAnswer recorded;
  recorded.headers = {{"content-type", "text/plain"}};
  recorded.pieces = std::move(pieces);
  return recorded;
}

class ReplayTransportTest : public ::testing::Test {
 protected:
  ~ReplayTransportTest() override {
    on_loop(loop_, [this] { transport_.reset(); });
  }
  void replay(std::vector<RecordedAnswer> answers) {
    transport_ = std::make_unique<ReplayTransport>(loop_, std::move(answers));
  }
  CallId start(RecordingSink& sink) {
    CallId id = CallId::none;
    on_loop(loop_, [&] {
      id = transport_->start(HttpRequest(), sink);
      EXPECT_EQ(sink.headers_calls() + sink.end_calls(), 0);
    });
    return id;
  }

  Loop loop_;
  std::unique_ptr<ReplayTransport> transport_;
};

TEST_F(ReplayTransportTest, answers_come_in_order_and_piece_by_piece) {
  replay({answer({"a", "bc"}), answer({})});
  RecordingSink first;
  std::vector<std::string> bodies;
  first.after_body = [&] { bodies.push_back(first.body()); };
  start(first);
  ASSERT_TRUE(first.wait_for_end());
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(bodies, (std::vector<std::string>{"a", "abc"}));
  EXPECT_EQ(first.error(), nullptr);
  RecordingSink second;
  start(second);
  ASSERT_TRUE(second.wait_for_end());
  EXPECT_EQ(second.body(), "");
  EXPECT_EQ(transport_->requests().size(), 2U);
}

TEST_F(ReplayTransportTest, recorded_error_ends_the_answer) {
  RecordedAnswer broken = answer({"half"});
  broken.error.emplace(ErrorKind::stream_truncated, "cut");
  replay({broken});
  RecordingSink sink;
  start(sink);
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.body(), "half");
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::stream_truncated);
}

TEST_F(ReplayTransportTest, request_without_a_record_ends_with_an_error) {
  replay({});
  RecordingSink sink;
  start(sink);
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.headers_calls(), 0);
  ASSERT_NE(sink.error(), nullptr);
}

TEST_F(ReplayTransportTest, cancel_from_inside_silences_the_sink) {
  replay({answer({"a", "b"})});
  RecordingSink sink;
  CallId id = CallId::none;
  sink.after_body = [&] { transport_->cancel(id); };
  on_loop(loop_, [&] { id = transport_->start(HttpRequest(), sink); });
  ASSERT_TRUE(sink.wait_for_body(1));
  for (int i = 0; i < 3; ++i) on_loop(loop_, [] {});
  EXPECT_EQ(sink.body(), "a");
  EXPECT_EQ(sink.end_calls(), 0);
  EXPECT_EQ(transport_->cancelled(), 1U);
}

TEST_F(ReplayTransportTest, pause_holds_the_answer_until_resume) {
  replay({answer({"a", "b"})});
  RecordingSink sink;
  CallId id = CallId::none;
  sink.after_headers = [&] { transport_->pause(id); };
  on_loop(loop_, [&] { id = transport_->start(HttpRequest(), sink); });
  ASSERT_TRUE(sink.wait_for_headers());
  for (int i = 0; i < 3; ++i) on_loop(loop_, [] {});
  EXPECT_EQ(sink.body(), "");
  on_loop(loop_, [&] {
    transport_->resume(id);
    transport_->resume(id);
    EXPECT_EQ(sink.body(), "");
  });
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.body(), "ab");
}

TEST_F(ReplayTransportTest, drained_call_is_silent_and_ids_that_ended_are_ignored) {
  replay({answer({"a"})});
  RecordingSink sink;
  on_loop(loop_, [&] {
    const CallId id = transport_->start(HttpRequest(), sink);
    transport_->drain(id, 1s);
    transport_->drain(id, 1s);
    transport_->cancel(id);
    transport_->pause(id);
    transport_->resume(id);
  });
  for (int i = 0; i < 3; ++i) on_loop(loop_, [] {});
  EXPECT_EQ(sink.headers_calls() + sink.end_calls(), 0);
  EXPECT_EQ(transport_->drained(), 1U);
  EXPECT_EQ(transport_->cancelled(), 0U);
}

TEST(CutAt, leaves_out_empty_pieces_and_positions_past_the_end) {
  EXPECT_EQ(cut_at("abcdef", {0, 2, 2, 5, 99}), (std::vector<std::string>{"ab", "cde", "f"}));
  EXPECT_TRUE(cut_at("", {0, 1}).empty());
}

TEST(CutAtRandom, gives_the_same_bytes_and_the_same_cuts_for_a_seed) {
  const std::string body = "The quick brown fox jumps over the lazy dog.";
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto pieces = cut_at_random(body, 7, seed);
    EXPECT_EQ(std::accumulate(pieces.begin(), pieces.end(), std::string()), body);
    EXPECT_EQ(pieces, cut_at_random(body, 7, seed));
  }
  EXPECT_NE(cut_at_random(body, 7, 1), cut_at_random(body, 7, 2));
}

}  // namespace
}  // namespace fastccg::transport

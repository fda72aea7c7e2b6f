#include "exchange/deadlines.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "calling.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::text_event;

class StreamDeadlines : public testing::Calling {
 protected:
  /// Reads a stream to its end and gives the error that ended it.
  std::future<Error> failure_of_stream(Timeouts timeouts) {
    model.timeouts(timeouts).retries(Retries().attempts(1));
    return std::async(std::launch::async, [this] {
      try {
        for (const auto& chunk : model.ask_stream("Q")) static_cast<void>(chunk);
      } catch (const FastCCGError& error) {
        return error.error();
      }
      return Error();
    });
  }
  /// Sends a sign of life again and again until the call has ended.
  void heartbeats_until(const std::future<Error>& ended) {
    while (ended.wait_for(5ms) != std::future_status::ready) server.send(0, ": ping\n\n");
  }

  Model model = make_model();
};

TEST_F(StreamDeadlines, heartbeats_are_no_first_byte) {
  auto failure = failure_of_stream(Timeouts().first_byte(60ms).idle(10s));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  heartbeats_until(failure);
  const auto error = failure.get();
  EXPECT_EQ(error.deadline, Deadline::first_byte);
  EXPECT_NE(error.message.find("no answer within"), std::string::npos) << error.message;
}

TEST_F(StreamDeadlines, heartbeats_count_if_asked_to) {
  auto failure = failure_of_stream(Timeouts().first_byte(60ms).idle(1h).total(400ms).heartbeats_count(true));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  heartbeats_until(failure);
  EXPECT_EQ(failure.get().deadline, Deadline::total);
}

TEST_F(StreamDeadlines, heartbeats_keep_an_idle_stream_alive_but_not_for_longer_than_the_first_byte_deadline) {
  auto failure = failure_of_stream(Timeouts().first_byte(1500ms).idle(1s).total(0ms));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hi"));
  const auto began = std::chrono::steady_clock::now();
  heartbeats_until(failure);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1400ms) << "the idle deadline has not ended it";
  const auto error = failure.get();
  EXPECT_EQ(error.deadline, Deadline::first_byte);
  EXPECT_NE(error.message.find("nothing but heartbeats"), std::string::npos) << error.message;
  EXPECT_EQ(error.partial, "Hi");
}

TEST_F(StreamDeadlines, pieces_of_the_answer_set_both_back) {
  auto failure = failure_of_stream(Timeouts().first_byte(1s).idle(1s));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  const auto began = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - began < 1200ms && failure.wait_for(20ms) != std::future_status::ready)
    server.send(0, text_event("x"));
  EXPECT_NE(failure.wait_for(0ms), std::future_status::ready);
  EXPECT_EQ(failure.get().deadline, Deadline::idle);
}

TEST_F(StreamDeadlines, stalled_stream_says_idle) {
  auto failure = failure_of_stream(Timeouts().idle(50ms));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hi"));
  EXPECT_EQ(failure.get().deadline, Deadline::idle);
}

TEST_F(StreamDeadlines, slow_drip_of_a_whole_answer_is_ended_by_the_total_deadline) {
  model.timeouts(Timeouts().idle(10s).total(100ms)).retries(Retries().attempts(1));
  auto reply = testing::in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.headers(0, 200, {{"content-type", "application/json"}});
  while (reply.wait_for(5ms) != std::future_status::ready) server.send(0, "{");
  EXPECT_EQ(reply.get().error().deadline, Deadline::total);
}

TEST(SecondsText, is_as_people_write_it) {
  EXPECT_EQ(seconds_text(2500ms), "2.5 s");
  EXPECT_EQ(seconds_text(60s), "60 s");
  EXPECT_EQ(seconds_text(1ms), "0.001 s");
  EXPECT_EQ(seconds_text(0ms), "0 s");
}

}  // namespace
}  // namespace fastccg

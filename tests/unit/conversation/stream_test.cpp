#include "fastccg/stream.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <vector>

#include "conversation/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::end_events;
using testing::text_event;

class Streaming : public ::testing::Test {
 protected:
  Streaming() : model(detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine)) {
    model.retries(Retries().initial_delay(1ms));
  }

  testing::FakeEngine fake;
  testing::FakeServer& server = fake.server;
  Model model;
};

TEST_F(Streaming, chunks_come_as_they_are_sent_and_the_turn_enters_at_the_end) {
  auto stream = model.ask_stream("Q");
  EXPECT_EQ(server.calls(), 0u);
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hel"));
  EXPECT_EQ(first.get(), "Hel");
  server.send(0, text_event("lo"));
  EXPECT_EQ(stream.wait_next()->content, "lo");
  EXPECT_TRUE(model.get_history().empty());
  server.send(0, end_events());
  EXPECT_EQ(stream.wait_next(), nullptr);
  EXPECT_EQ(stream.wait_next(), nullptr);
  EXPECT_EQ(stream.response().content, "Hello");
  EXPECT_EQ(stream.response().tokens_used, 5);
  EXPECT_EQ(stream.response().finish_reason, FinishReason::stop);
  ASSERT_EQ(model.get_history().size(), 2u);
  EXPECT_EQ(model.get_history()[1].text(), "Hello");
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.drained.size() == 1; })) << "the connection is kept";
}

Task<std::vector<std::string>> read_all(Stream stream) {
  std::vector<std::string> texts;
  while (auto chunk = co_await stream.next()) texts.push_back(chunk->content);
  co_return texts;
}

TEST_F(Streaming, it_is_an_awaited_sequence) {
  auto texts = std::async(std::launch::async, [&] { return run(read_all(model.ask_stream("Q"))); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("a"));
  server.send(0, text_event("b") + end_events());
  EXPECT_EQ(texts.get(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(Streaming, it_is_an_input_range) {
  static_assert(std::input_iterator<Stream::Iterator>);
  auto texts = std::async(std::launch::async, [&] {
    std::string all;
    for (const auto& chunk : model.ask_stream("Q")) all += chunk.content;
    return all;
  });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("a") + text_event("b") + end_events());
  EXPECT_EQ(texts.get(), "ab");
}

TEST_F(Streaming, abandoned_stream_leaves_what_was_read_marked_as_interrupted) {
  {
    auto stream = model.ask_stream("Q");
    auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
    ASSERT_TRUE(server.wait_for_calls(1));
    server.begin_stream(0);
    server.send(0, text_event("read") + text_event(" unread"));
    EXPECT_EQ(first.get(), "read");
  }
  ASSERT_EQ(model.get_history().size(), 2u);
  EXPECT_EQ(model.get_history()[1].text(), "read");
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled.size() == 1; }));
}

TEST_F(Streaming, abandoned_before_any_text_leaves_nothing) {
  {
    auto stream = model.ask_stream("Q");
    auto next = std::async(std::launch::async, [&] { stream.wait_next(); });
    ASSERT_TRUE(server.wait_for_calls(1));
    server.begin_stream(0);
    server.end(0, transport::HttpEnd(Error(ErrorKind::tls, "gone")));
    EXPECT_THROW(next.get(), TLSFailed);
  }
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Streaming, failure_after_text_delivers_the_text_first_and_keeps_it) {
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("par"));
  EXPECT_EQ(first.get(), "par");
  server.send(0, text_event("tial"));
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "reset")));
  EXPECT_EQ(stream.wait_next()->content, "tial");
  try {
    stream.wait_next();
    FAIL();
  } catch (const ConnectionFailed& error) {
    EXPECT_EQ(error.error().partial, "partial");
  }
  EXPECT_THROW(stream.wait_next(), ConnectionFailed) << "an error is not forgotten";
  EXPECT_EQ(server.calls(), 1u) << "nothing is repeated after output";
  EXPECT_EQ(model.get_history().at(1).text(), "partial");
}

TEST_F(Streaming, failure_before_output_is_repeated_even_after_status_200) {
  auto text = std::async(std::launch::async, [&] { return model.ask_stream("Q").response().content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"code\":503}}\n\n");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.begin_stream(1);
  server.send(1, text_event("fine") + end_events());
  EXPECT_EQ(text.get(), "fine");
}

TEST_F(Streaming, end_without_logical_end_is_a_truncated_stream) {
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("cut"));
  EXPECT_EQ(first.get(), "cut");
  server.end(0);
  EXPECT_THROW(stream.wait_next(), StreamTruncated);
}

TEST_F(Streaming, broken_connection_after_the_finish_reason_is_a_complete_answer_with_a_warning) {
  auto reply = std::async(std::launch::async, [&] { return Reply(model.ask_stream("Q").response()); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("all") + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  server.end(0, transport::HttpEnd(Error(ErrorKind::stream_truncated, "cut")));
  const auto got = reply.get();
  EXPECT_EQ(got.content, "all");
  EXPECT_EQ(got.warnings.size(), 1u);
}

TEST_F(Streaming, whole_json_answer_to_a_streaming_request_is_accepted) {
  auto reply = std::async(std::launch::async, [&] { return Reply(model.ask_stream("Q").response()); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, testing::whole_answer("at once"));
  EXPECT_EQ(reply.get().content, "at once");
}

TEST_F(Streaming, unread_stream_stops_reading_its_socket_and_goes_on_when_read) {
  model.settings(Settings().limits(Limits().unread(1000)));
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next() != nullptr; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("x"));
  EXPECT_TRUE(first.get());
  const std::string big(600, 'y');
  server.send(0, text_event(big) + text_event(big));
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.paused.contains(0) && s.paused.at(0); }));
  EXPECT_EQ(stream.wait_next()->content, big);
  EXPECT_TRUE(server.wait_until([](const auto& s) { return !s.paused.at(0); }));
  EXPECT_EQ(stream.wait_next()->content, big);
  server.send(0, end_events());
  EXPECT_EQ(stream.wait_next(), nullptr);
}

TEST_F(Streaming, time_during_which_the_caller_does_not_read_is_not_idle_time) {
  model.settings(Settings().limits(Limits().unread(1)).timeouts(Timeouts().idle(30ms)));
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next() != nullptr; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("x"));
  EXPECT_TRUE(first.get());
  server.send(0, text_event("y"));
  // A second call on the same loop that runs into its idle deadline shows that the time has passed for both.
  auto other = detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  other.settings(Settings().timeouts(Timeouts().first_byte(100ms)).retries(Retries().attempts(1)));
  EXPECT_THROW(other.ask("late"), Timeout);
  EXPECT_EQ(stream.wait_next()->content, "y");
}

TEST_F(Streaming, idle_deadline_counts_from_the_last_bytes_and_says_that_it_was_the_one) {
  model.settings(Settings().timeouts(Timeouts().idle(30ms)));
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next() != nullptr; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("x"));
  EXPECT_TRUE(first.get());
  try {
    stream.wait_next();
    FAIL();
  } catch (const Timeout& error) {
    EXPECT_EQ(error.error().deadline, Deadline::idle);
    EXPECT_EQ(error.error().partial, "x");
  }
}

TEST_F(Streaming, heartbeats_are_no_first_output) {
  model.settings(Settings().timeouts(Timeouts().first_byte(40ms)).retries(Retries().attempts(1)));
  auto next = std::async(std::launch::async, [&] { model.ask_stream("Q").wait_next(); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, ": keep-alive\n\n");
  try {
    next.get();
    FAIL();
  } catch (const Timeout& error) {
    EXPECT_EQ(error.error().deadline, Deadline::first_byte);
  }
}

TEST_F(Streaming, filter_changes_the_reply_and_not_the_chunks) {
  model.reply_filter([](std::string text) { return text + "!"; });
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("raw") + end_events());
  EXPECT_EQ(first.get(), "raw");
  EXPECT_EQ(stream.response().content, "raw!");
  EXPECT_EQ(model.get_history().at(1).text(), "raw!");
}

TEST_F(Streaming, stopped_token_ends_the_stream_with_cancelled) {
  std::stop_source stop;
  auto stream = model.ask_stream("Q").stop_token(stop.get_token());
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("some"));
  EXPECT_EQ(first.get(), "some");
  auto next = std::async(std::launch::async, [&] { stream.wait_next(); });
  stop.request_stop();
  EXPECT_THROW(next.get(), Cancelled);
  EXPECT_EQ(model.get_history().at(1).text(), "some");
}

TEST_F(Streaming, closing_early_gives_the_interrupted_response) {
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("some"));
  EXPECT_EQ(first.get(), "some");
  stream.close();
  stream.close();
  EXPECT_TRUE(stream.response().interrupted);
  EXPECT_EQ(stream.response().content, "some");
  EXPECT_EQ(stream.wait_next(), nullptr);
  EXPECT_EQ(model.get_history().size(), 2u);
}

TEST_F(Streaming, closed_before_it_began_sends_nothing) {
  auto stream = model.ask_stream("Q");
  stream.close();
  EXPECT_EQ(stream.wait_next(), nullptr);
  EXPECT_EQ(server.calls(), 0u);
  EXPECT_TRUE(model.get_history().empty());
}

TEST_F(Streaming, event_larger_than_the_limit_is_a_clear_error) {
  model.settings(Settings().limits(Limits().event(100)));
  auto next = std::async(std::launch::async, [&] { model.ask_stream("Q").wait_next(); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, "data: " + std::string(200, 'x'));
  EXPECT_THROW(next.get(), ProtocolError);
}

}  // namespace
}  // namespace fastccg

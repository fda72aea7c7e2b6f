// Cancel, pause, resume and drain, from outside and from inside a sink.

#include <gtest/gtest.h>

#include <list>

#include "client.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

class CurlControl : public ::testing::Test {
 protected:
  /// Starts a stream and has the server answer with headers and one piece.
  Peer start_stream() {
    request_ = post(server_.url());
    request_.streaming = true;
    id_ = client_.start(request_, sink_);
    Peer peer = server_.accept();
    EXPECT_TRUE(peer.read_request());
    peer.send(std::string(chunked_head) + chunk("one"));
    return peer;
  }
  void expect_next_request_works(Peer* on = nullptr) {
    const HttpRequest request = post(server_.url());
    RecordingSink sink;
    client_.start(request, sink);
    std::optional<Peer> fresh;
    if (on == nullptr) fresh.emplace(server_.accept());
    Peer& peer = on != nullptr ? *on : *fresh;
    ASSERT_TRUE(peer.read_request());
    peer.send(http_answer(200, "next"));
    ASSERT_TRUE(sink.wait_for_end());
    EXPECT_EQ(sink.error(), nullptr);
    EXPECT_EQ(sink.body(), "next");
  }

  Listener server_;
  HttpRequest request_;
  RecordingSink sink_;
  Client client_;  // Goes first, with whatever is in flight.
  CallId id_ = CallId::none;
};

TEST_F(CurlControl, cancel_right_after_start_silences_the_sink) {
  request_ = post(server_.url());
  on_loop(client_.loop(), [&] {
    const CallId id = client_.transport().start(request_, sink_);
    client_.transport().cancel(id);
    client_.transport().cancel(id);
  });
  client_.settle();
  EXPECT_EQ(sink_.headers_calls() + sink_.end_calls(), 0);
}

TEST_F(CurlControl, cancel_before_an_answer_closes_the_connection) {
  request_ = post(server_.url());
  const CallId id = client_.start(request_, sink_);
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  client_.cancel(id);
  EXPECT_TRUE(peer.wait_for_close());
  EXPECT_EQ(sink_.headers_calls() + sink_.end_calls(), 0);
  expect_next_request_works();
}

TEST_F(CurlControl, cancel_while_a_large_body_is_sent_does_not_touch_it_again) {
  auto request = std::make_unique<HttpRequest>(post(server_.url(), std::string(8'000'000, 'x')));
  const CallId id = client_.start(*request, sink_);
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_head());
  on_loop(client_.loop(), [&] {
    client_.transport().cancel(id);
    request.reset();
  });
  EXPECT_TRUE(peer.wait_for_close());
}

TEST_F(CurlControl, drain_while_a_large_body_is_sent_does_not_touch_it_again) {
  auto request = std::make_unique<HttpRequest>(post(server_.url(), std::string(8'000'000, 'x')));
  const CallId id = client_.start(*request, sink_);
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_head());
  on_loop(client_.loop(), [&] {
    client_.transport().drain(id, 10s);
    request.reset();
  });
  EXPECT_TRUE(peer.wait_for_close());
}

TEST_F(CurlControl, cancel_of_an_id_that_ended_does_not_hit_the_next_request) {
  request_ = post(server_.url());
  const CallId id = client_.start(request_, sink_);
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "x"));
  ASSERT_TRUE(sink_.wait_for_end());

  RecordingSink next;
  client_.start(request_, next);
  ASSERT_TRUE(peer.read_request());
  client_.cancel(id);
  client_.cancel(CallId::none);
  client_.drain(id, 1s);
  client_.pause(id);
  client_.resume(id);
  peer.send(http_answer(200, "y"));
  ASSERT_TRUE(next.wait_for_end());
  EXPECT_EQ(next.body(), "y");
}

TEST_F(CurlControl, cancel_from_inside_on_headers_silences_the_sink) {
  sink_.after_headers = [&] { client_.transport().cancel(id_); };
  Peer peer = start_stream();
  EXPECT_TRUE(peer.wait_for_close());
  client_.settle();
  EXPECT_EQ(sink_.headers_calls(), 1);
  EXPECT_EQ(sink_.body(), "");
  EXPECT_EQ(sink_.end_calls(), 0);
  expect_next_request_works();
}

TEST_F(CurlControl, cancel_from_inside_on_body_silences_the_sink) {
  sink_.after_body = [&] { client_.transport().cancel(id_); };
  Peer peer = start_stream();
  peer.send(chunk("two"));
  EXPECT_TRUE(peer.wait_for_close());
  client_.settle();
  EXPECT_EQ(sink_.end_calls(), 0);
  expect_next_request_works();
}

TEST_F(CurlControl, cancel_from_inside_on_end_is_ignored) {
  request_ = post(server_.url());
  sink_.after_end = [&] { client_.transport().cancel(id_); };
  on_loop(client_.loop(), [&] { id_ = client_.transport().start(request_, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "x"));
  ASSERT_TRUE(sink_.wait_for_end());
  client_.settle();
  expect_next_request_works(&peer);
}

TEST_F(CurlControl, cancel_of_another_request_from_inside_silences_its_sink_at_once) {
  const HttpRequest request = post(server_.url());
  RecordingSink victim;
  const CallId victim_id = client_.start(request, victim);
  Peer victim_peer = server_.accept();
  ASSERT_TRUE(victim_peer.read_request());
  sink_.after_body = [&] { client_.transport().cancel(victim_id); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  EXPECT_TRUE(victim_peer.wait_for_close());
  EXPECT_EQ(victim.headers_calls() + victim.end_calls(), 0);
  peer.send(last_chunk);
  ASSERT_TRUE(sink_.wait_for_end());
  EXPECT_EQ(sink_.error(), nullptr);
}

TEST_F(CurlControl, requests_cancelled_from_inside_may_be_destroyed_at_once) {
  auto request = std::make_unique<HttpRequest>(post(server_.url(), std::string(8'000'000, 'x')));
  auto victim = std::make_unique<RecordingSink>();
  const CallId victim_id = client_.start(*request, *victim);
  Peer victim_peer = server_.accept();
  ASSERT_TRUE(victim_peer.read_head());
  sink_.after_body = [&] {
    client_.transport().cancel(victim_id);
    victim.reset();
    request.reset();
  };
  Peer peer = start_stream();
  EXPECT_TRUE(victim_peer.wait_for_close());
  client_.settle();
}

TEST_F(CurlControl, start_from_inside_on_end_and_on_body_works) {
  RecordingSink from_body;
  RecordingSink from_end;
  const HttpRequest request = post(server_.url());
  sink_.after_body = [&] {
    client_.transport().start(request, from_body);
    sink_.after_body = nullptr;
  };
  sink_.after_end = [&] { client_.transport().start(request, from_end); };
  Peer first = start_stream();
  Peer second = server_.accept();
  ASSERT_TRUE(second.read_request());
  second.send(http_answer(200, "from body", "Connection: close\r\n"));
  ASSERT_TRUE(from_body.wait_for_end());
  EXPECT_EQ(from_body.body(), "from body");
  first.send(last_chunk);
  ASSERT_TRUE(sink_.wait_for_end());
  ASSERT_TRUE(first.read_request());
  first.send(http_answer(200, "from end"));
  ASSERT_TRUE(from_end.wait_for_end());
}

TEST_F(CurlControl, sink_that_throws_ends_with_an_error_and_others_go_on) {
  sink_.after_body = [] { throw std::bad_alloc(); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_end());
  ASSERT_NE(sink_.error(), nullptr);
  EXPECT_EQ(sink_.error()->kind, ErrorKind::usage);
  EXPECT_TRUE(peer.wait_for_close());
  expect_next_request_works();
}

TEST_F(CurlControl, bad_requests_fail_later_and_not_inside_start) {
  HttpRequest file = post("file:///etc/passwd");
  HttpRequest injected = post(server_.url());
  injected.headers.emplace_back("X-A", "b\r\nX-B: c");
  HttpRequest nameless = post(server_.url());
  nameless.headers.emplace_back("", "x");
  for (const HttpRequest* request : {&file, &injected, &nameless}) {
    RecordingSink sink;
    on_loop(client_.loop(), [&] {
      client_.transport().start(*request, sink);
      EXPECT_EQ(sink.end_calls(), 0);
    });
    ASSERT_TRUE(sink.wait_for_end());
    ASSERT_NE(sink.error(), nullptr);
    EXPECT_EQ(sink.error()->kind, ErrorKind::usage);
  }
  RecordingSink cancelled;
  on_loop(client_.loop(), [&] { client_.transport().cancel(client_.transport().start(file, cancelled)); });
  client_.settle();
  EXPECT_EQ(cancelled.end_calls(), 0);
  EXPECT_FALSE(server_.has_connection(0ms));
}

TEST_F(CurlControl, pause_blocks_the_server_and_resume_gets_every_byte) {
  sink_.after_headers = [&] { client_.transport().pause(id_); };
  request_ = post(server_.url());
  request_.streaming = true;
  on_loop(client_.loop(), [&] { id_ = client_.transport().start(request_, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  constexpr std::size_t total = 64'000'000;
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(total) + "\r\n\r\n");
  ASSERT_TRUE(sink_.wait_for_headers());

  std::string block(65'536, '\0');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 31 >> 4);
  // What goes out fills the buffers of the two sockets; the rest has nowhere to go.
  const std::size_t sent = peer.send_until_blocked(block, total, 300ms);
  EXPECT_LT(sent, total / 2);
  client_.settle();
  EXPECT_EQ(sink_.body().size(), 0U);

  on_loop(client_.loop(), [&] {
    client_.transport().resume(id_);
    client_.transport().resume(id_);
    EXPECT_EQ(sink_.body().size(), 0U);
  });
  std::size_t position = sent;
  while (position < total) {
    const std::string_view rest = std::string_view(block).substr(position % block.size(), total - position);
    ASSERT_TRUE(peer.send(rest));
    position += rest.size();
  }
  ASSERT_TRUE(sink_.wait_for_end());
  const std::string body = sink_.body();
  ASSERT_EQ(body.size(), total);
  for (std::size_t i = 0; i < total; i += block.size()) {
    ASSERT_EQ(body.compare(i, std::min(block.size(), total - i), block, 0, std::min(block.size(), total - i)), 0) << i;
  }
}

TEST_F(CurlControl, pause_after_every_piece_loses_nothing) {
  sink_.after_body = [&] {
    client_.transport().pause(id_);
    client_.loop().post([&] { client_.transport().resume(id_); });
  };
  Peer peer = start_stream();
  std::string expected = "one";
  for (int i = 0; i < 2000; ++i) {
    const std::string piece = "piece " + std::to_string(i) + ";";
    expected += piece;
    ASSERT_TRUE(peer.send(chunk(piece)));
  }
  peer.send(last_chunk);
  ASSERT_TRUE(sink_.wait_for_end());
  EXPECT_EQ(sink_.body(), expected);
}

TEST_F(CurlControl, pause_of_a_compressed_answer_from_inside_loses_nothing) {
  sink_.after_body = [&] {
    client_.transport().pause(id_);
    client_.loop().post([&] { client_.transport().resume(id_); });
  };
  request_ = post(server_.url());
  on_loop(client_.loop(), [&] { id_ = client_.transport().start(request_, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, gzip_of_100000_letters(), "Content-Encoding: gzip\r\n"));
  ASSERT_TRUE(sink_.wait_for_end());
  EXPECT_EQ(sink_.error(), nullptr) << sink_.error()->message;
  EXPECT_EQ(sink_.body(), std::string(100'000, 'a'));
}

TEST_F(CurlControl, cancel_while_paused_closes_the_connection) {
  sink_.after_body = [&] { client_.transport().pause(id_); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  peer.send(chunk("held back"));
  client_.settle();
  client_.cancel(id_);
  EXPECT_TRUE(peer.wait_for_close());
  EXPECT_EQ(sink_.body(), "one");
  EXPECT_EQ(sink_.end_calls(), 0);
}

TEST_F(CurlControl, cancel_between_resume_and_its_delivery_silences_the_sink) {
  sink_.after_body = [&] { client_.transport().pause(id_); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  peer.send(chunk("held back"));
  client_.settle();
  on_loop(client_.loop(), [&] {
    client_.transport().resume(id_);
    client_.transport().cancel(id_);
  });
  EXPECT_TRUE(peer.wait_for_close());
  EXPECT_EQ(sink_.body(), "one");
}

TEST_F(CurlControl, limit_passed_by_bytes_that_were_held_back_ends_the_call) {
  sink_.after_headers = [&] { client_.transport().pause(id_); };
  request_ = post(server_.url());
  request_.limits.body(5);
  on_loop(client_.loop(), [&] { id_ = client_.transport().start(request_, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "too much for five"));
  ASSERT_TRUE(sink_.wait_for_headers());
  client_.settle();
  client_.resume(id_);
  ASSERT_TRUE(sink_.wait_for_end());
  ASSERT_NE(sink_.error(), nullptr);
  EXPECT_EQ(sink_.error()->kind, ErrorKind::protocol);
  expect_next_request_works();
}

TEST_F(CurlControl, drain_reads_the_rest_and_keeps_the_connection) {
  sink_.after_body = [&] { client_.transport().drain(id_, 10s); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  peer.send(chunk("more") + std::string(last_chunk));
  expect_next_request_works(&peer);
  EXPECT_EQ(sink_.body(), "one");
  EXPECT_EQ(sink_.end_calls(), 0);
  EXPECT_FALSE(server_.has_connection(0ms));
}

TEST_F(CurlControl, drain_of_a_paused_call_reads_what_was_held_back) {
  sink_.after_body = [&] { client_.transport().pause(id_); };
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  peer.send(chunk("more") + std::string(last_chunk));
  client_.settle();
  client_.drain(id_, 10s);
  client_.settle();
  expect_next_request_works(&peer);
  EXPECT_EQ(sink_.body(), "one");
}

TEST_F(CurlControl, drain_gives_up_after_its_patience) {
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  client_.drain(id_, 20ms);
  EXPECT_TRUE(peer.wait_for_close());
  EXPECT_EQ(sink_.end_calls(), 0);
  expect_next_request_works();
}

TEST_F(CurlControl, drained_call_can_be_cancelled) {
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  client_.drain(id_, 1h);
  client_.cancel(id_);
  EXPECT_TRUE(peer.wait_for_close());
}

TEST_F(CurlControl, destruction_with_requests_in_flight_cancels_them_silently) {
  std::list<RecordingSink> sinks(20);
  const HttpRequest request = post(server_.url(), std::string(100'000, 'x'));
  Peer peer = start_stream();
  ASSERT_TRUE(sink_.wait_for_body(3));
  for (RecordingSink& sink : sinks) client_.start(request, sink);
  client_.pause(id_);
  client_.destroy();
  for (const RecordingSink& sink : sinks) EXPECT_EQ(sink.end_calls(), 0);
  EXPECT_EQ(sink_.end_calls(), 0);
}

TEST_F(CurlControl, destruction_after_the_loop_has_stopped_is_safe) {
  Loop loop;
  std::unique_ptr<Transport> transport = make_curl_transport(loop);
  const HttpRequest request = post(server_.url());
  on_loop(loop, [&] { transport->start(request, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_request());
  loop.stop();
  transport.reset();
  EXPECT_TRUE(peer.wait_for_close());
  EXPECT_EQ(sink_.end_calls(), 0);
}

}  // namespace
}  // namespace fastccg::transport

// What may come from a server, and what the sink hears of it.

#include <gtest/gtest.h>

#include <array>

#include "client.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

class CurlAnswer : public ::testing::Test {
 protected:
  /// Starts the request and plays the server until it has read it.
  Peer& start(HttpRequest request) {
    request_ = std::move(request);
    client_.start(request_, sink_);
    peer_.emplace(server_.accept());
    EXPECT_TRUE(peer_->read_request());
    return *peer_;
  }
  Peer& start() { return start(post(server_.url())); }

  void expect_end() {
    ASSERT_TRUE(sink_.wait_for_end());
    EXPECT_EQ(sink_.error(), nullptr) << sink_.error()->message;
  }
  void expect_error(ErrorKind kind, bool retryable) {
    ASSERT_TRUE(sink_.wait_for_end());
    ASSERT_NE(sink_.error(), nullptr);
    EXPECT_EQ(sink_.error()->kind, kind) << sink_.error()->message;
    EXPECT_EQ(sink_.error()->retryable, retryable);
    EXPECT_EQ(sink_.error()->message.find("sk-test"), std::string::npos);
    EXPECT_EQ(sink_.end_calls(), 1);
  }

  Listener server_;
  HttpRequest request_;
  RecordingSink sink_;
  Client client_;  // Goes first, with whatever is in flight.
  std::optional<Peer> peer_;
};

TEST_F(CurlAnswer, error_status_is_an_answer_like_others) {
  start().send(http_answer(429, "slow down", "Retry-After: 7\r\n"));
  expect_end();
  EXPECT_EQ(sink_.status(), 429);
  EXPECT_EQ(sink_.body(), "slow down");
}

TEST_F(CurlAnswer, empty_body_is_reported_as_headers_and_end) {
  start().send("HTTP/1.1 204 No Content\r\n\r\n");
  expect_end();
  EXPECT_EQ(sink_.status(), 204);
  EXPECT_EQ(sink_.body(), "");
}

TEST_F(CurlAnswer, body_without_length_ends_with_the_connection) {
  Peer& peer = start();
  peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
  peer.close();
  expect_end();
  EXPECT_EQ(sink_.body(), "all of it");
}

TEST_F(CurlAnswer, bytes_may_come_one_at_a_time) {
  Peer& peer = start();
  for (const char byte : std::string(chunked_head) + chunk("one") + chunk("two") + std::string(last_chunk)) {
    peer.send(std::string_view(&byte, 1));
  }
  expect_end();
  EXPECT_EQ(sink_.body(), "onetwo");
}

TEST_F(CurlAnswer, informational_answers_are_left_out) {
  start().send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + http_answer(200, "ok"));
  expect_end();
  EXPECT_EQ(sink_.headers_calls(), 1);
  EXPECT_EQ(sink_.status(), 200);
  EXPECT_EQ(find_header(sink_.headers(), "Link"), nullptr);
}

TEST_F(CurlAnswer, trailers_are_left_out) {
  start().send(std::string(chunked_head) + chunk("x") + "0\r\nX-Trailer: late\r\n\r\n");
  expect_end();
  EXPECT_EQ(sink_.headers_calls(), 1);
  EXPECT_EQ(find_header(sink_.headers(), "X-Trailer"), nullptr);
}

TEST_F(CurlAnswer, redirect_is_an_answer_and_is_not_followed) {
  Listener elsewhere;
  start().send(http_answer(307, "", "Location: " + elsewhere.url() + "\r\n"));
  expect_end();
  EXPECT_EQ(sink_.status(), 307);
  client_.settle();
  EXPECT_FALSE(elsewhere.has_connection(0ms));
}

constexpr std::string_view hello_gzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\x48\xce\xcf\x2d\x28\x4a\x2d\x2e"
    "\x4e\x4d\x51\x28\xcf\x2f\xca\x49\x01\x00\x08\x9e\x34\x35\x17\x00\x00\x00",
    43);

TEST_F(CurlAnswer, whole_answer_may_be_compressed) {
  client_.start(request_ = post(server_.url()), sink_);
  Peer peer = server_.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_NE(received->header("Accept-Encoding").find("gzip"), std::string::npos);
  peer.send(http_answer(200, hello_gzip, "Content-Encoding: gzip\r\n"));
  expect_end();
  EXPECT_EQ(sink_.body(), "hello, compressed world");
}

TEST_F(CurlAnswer, stream_that_is_compressed_unasked_is_understood) {
  HttpRequest request = post(server_.url());
  request.streaming = true;
  start(request).send(http_answer(200, hello_gzip, "Content-Encoding: gzip\r\n"));
  expect_end();
  EXPECT_EQ(sink_.body(), "hello, compressed world");
}

TEST_F(CurlAnswer, broken_compression_is_a_protocol_error) {
  start().send(http_answer(200, "this is not gzip", "Content-Encoding: gzip\r\n"));
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, compressed_bomb_is_stopped_by_its_real_size) {
  HttpRequest request = post(server_.url());
  request.limits.body(20'000);
  start(request).send(http_answer(200, gzip_of_100000_letters(), "Content-Encoding: gzip\r\n"));
  expect_error(ErrorKind::protocol, false);
  EXPECT_LE(sink_.body().size(), 20'000U);
}

TEST_F(CurlAnswer, body_of_exactly_the_limit_is_accepted) {
  HttpRequest request = post(server_.url());
  request.limits.body(1000);
  start(request).send(http_answer(200, std::string(1000, 'x')));
  expect_end();
}

TEST_F(CurlAnswer, body_over_the_limit_is_a_protocol_error_and_closes_the_connection) {
  HttpRequest request = post(server_.url());
  request.limits.body(1000);
  Peer& peer = start(request);
  peer.send(std::string(chunked_head) + chunk(std::string(1001, 'x')));
  expect_error(ErrorKind::protocol, false);
  EXPECT_NE(sink_.error()->message.find("limits().body()"), std::string::npos);
  EXPECT_TRUE(peer.wait_for_close());
}

TEST_F(CurlAnswer, headers_over_the_limit_are_a_protocol_error) {
  HttpRequest request = post(server_.url());
  request.limits.headers(1000);
  const std::string headers = "X-A: " + std::string(600, 'a') + "\r\nX-B: " + std::string(600, 'b') + "\r\n";
  start(request).send(http_answer(200, "x", headers));
  expect_error(ErrorKind::protocol, false);
  EXPECT_EQ(sink_.headers_calls(), 0);
}

TEST_F(CurlAnswer, one_header_of_200_kilobytes_is_a_protocol_error) {
  start().send(http_answer(200, "x", "X-A: " + std::string(200'000, 'a') + "\r\n"));
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, informational_answers_without_end_are_a_protocol_error) {
  HttpRequest request = post(server_.url());
  request.limits.headers(10'000);
  Peer& peer = start(request);
  const std::string information = "HTTP/1.1 100 Continue\r\n\r\n";
  for (int i = 0; i < 1000; ++i) {
    if (!peer.send(information)) break;
  }
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, other_protocol_is_a_protocol_error) {
  start().send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, malformed_status_line_is_a_protocol_error) {
  start().send("HTTP/1.1 abc OK\r\n\r\n");
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, malformed_length_is_a_protocol_error) {
  start().send("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx");
  expect_error(ErrorKind::protocol, false);
}

TEST_F(CurlAnswer, malformed_chunk_is_a_protocol_error) {
  start().send(std::string(chunked_head) + chunk("good") + "nonsense\r\n");
  expect_error(ErrorKind::protocol, false);
  EXPECT_EQ(sink_.body(), "good");
}

TEST_F(CurlAnswer, protocol_switch_that_nobody_asked_for_is_a_protocol_error) {
  Peer& peer = start();
  peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\nother bytes");
  peer.close();
  expect_error(ErrorKind::protocol, false);
  EXPECT_EQ(sink_.headers_calls(), 0);
}

TEST_F(CurlAnswer, body_shorter_than_its_length_is_truncated) {
  Peer& peer = start();
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  peer.close();
  expect_error(ErrorKind::stream_truncated, true);
  EXPECT_EQ(sink_.body(), "half");
}

TEST_F(CurlAnswer, chunked_body_without_its_end_is_truncated) {
  Peer& peer = start();
  peer.send(std::string(chunked_head) + chunk("one"));
  peer.close();
  expect_error(ErrorKind::stream_truncated, true);
  EXPECT_EQ(sink_.body(), "one");
}

TEST_F(CurlAnswer, headers_without_end_are_a_connection_error) {
  Peer& peer = start();
  peer.send("HTTP/1.1 200 OK\r\nContent-Le");
  peer.close();
  expect_error(ErrorKind::connection, true);
  EXPECT_EQ(sink_.headers_calls(), 0);
}

TEST_F(CurlAnswer, connection_closed_without_answer_is_a_connection_error) {
  start().close();
  expect_error(ErrorKind::connection, true);
  EXPECT_EQ(sink_.headers_calls(), 0);
}

TEST_F(CurlAnswer, reset_without_answer_is_a_connection_error_that_says_so) {
  start().reset();
  expect_error(ErrorKind::connection, true);
  EXPECT_NE(sink_.error()->message.find("reset"), std::string::npos) << sink_.error()->message;
}

TEST_F(CurlAnswer, reset_inside_the_body_is_a_connection_error) {
  Peer& peer = start();
  peer.send(std::string(chunked_head) + chunk("one"));
  ASSERT_TRUE(sink_.wait_for_body(3));
  peer.reset();
  expect_error(ErrorKind::connection, true);
}

class EarlyAnswer : public CurlAnswer {
 protected:
  /// Reads the headers of a large request and nothing of its body.
  Peer& start_large() {
    request_ = post(server_.url(), std::string(16'000'000, 'x'));
    client_.start(request_, sink_);
    peer_.emplace(server_.accept());
    EXPECT_TRUE(peer_->read_head());
    return *peer_;
  }
  /// Lets the client send until the system takes no more, which is after some megabytes.
  void fill_connection() {
    for (int i = 0; i < 300; ++i) client_.settle();
  }
};

TEST_F(EarlyAnswer, refusal_before_the_body_was_sent_is_delivered) {
  start_large().send(http_answer(413, "too large"));
  expect_end();
  EXPECT_EQ(sink_.status(), 413);
  EXPECT_EQ(sink_.body(), "too large");
}

// What comes in the very moment in which the client sends may still be lost, and is then an error that can be retried.
TEST_F(EarlyAnswer, refusal_with_a_reset_right_after_is_delivered_while_the_upload_waits) {
  Peer& peer = start_large();
  fill_connection();
  peer.send(http_answer(401, "no such key", "Connection: close\r\n"));
  peer.reset();
  expect_end();
  EXPECT_EQ(sink_.status(), 401);
  EXPECT_EQ(sink_.body(), "no such key");
}

TEST_F(EarlyAnswer, refusal_and_reset_are_seen_although_the_loop_was_only_told_that_it_may_send) {
  RecordingSink other_sink;
  Listener other_server;
  const HttpRequest other_request = post(other_server.url());
  client_.start(other_request, other_sink);
  Peer other = other_server.accept();
  ASSERT_TRUE(other.read_request());
  Peer& peer = start_large();
  fill_connection();

  // In the same round: the other call hears of its answer, and then this one may send.
  other_sink.after_body = [&] {
    peer.send(http_answer(401, "no such key", "Connection: close\r\n"));
    peer.reset();
  };
  on_loop(client_.loop(), [&] {
    other.send(http_answer(200, "x"));
    peer.receive_until_quiet(50ms);
  });
  expect_end();
  EXPECT_EQ(sink_.status(), 401);
  EXPECT_EQ(sink_.body(), "no such key");
  EXPECT_TRUE(other_sink.wait_for_end());
}

TEST_F(EarlyAnswer, answer_that_nobody_reads_yet_does_not_stop_the_upload) {
  request_ = post(server_.url(), std::string(16'000'000, 'x'));
  CallId id = CallId::none;
  sink_.after_headers = [&] { client_.transport().pause(id); };
  on_loop(client_.loop(), [&] { id = client_.transport().start(request_, sink_); });
  Peer peer = server_.accept();
  ASSERT_TRUE(peer.read_head());
  const std::string answer(3'000'000, 'a');
  ASSERT_TRUE(peer.send(http_answer(200, answer).substr(0, 500'000)));
  ASSERT_TRUE(sink_.wait_for_headers());
  ASSERT_TRUE(peer.read_body(request_.body.size()));
  client_.resume(id);
  ASSERT_TRUE(peer.send(http_answer(200, answer).substr(500'000)));
  expect_end();
  EXPECT_EQ(sink_.body(), answer);
}

TEST_F(EarlyAnswer, large_body_arrives_whole_if_it_is_wanted) {
  request_ = post(server_.url(), std::string(16'000'000, 'x') + "end");
  client_.start(request_, sink_);
  Peer peer = server_.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->body, request_.body);
  peer.send(http_answer(200, "ok"));
  expect_end();
}

}  // namespace
}  // namespace fastccg::transport

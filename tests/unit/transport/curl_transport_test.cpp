#include "transport/curl/curl_transport.hpp"

#include <gtest/gtest.h>

#include "client.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

TEST(CurlTransport, post_sends_headers_and_body_and_reports_the_answer) {
  Listener server;
  Client client;
  RecordingSink sink;
  HttpRequest request = post(server.url("/v1/chat?x=1"), "{\"a\": 1}");
  request.headers.emplace_back("X-Empty", "");
  client.start(request, sink);

  Peer peer = server.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->line, "POST /v1/chat?x=1 HTTP/1.1");
  EXPECT_EQ(received->body, "{\"a\": 1}");
  EXPECT_EQ(received->header("Authorization"), "Bearer sk-test-1234");
  EXPECT_EQ(received->header("Content-Type"), "application/json");
  EXPECT_EQ(received->header("User-Agent").substr(0, 8), "fastccg/");
  EXPECT_NE(find_header(received->headers, "X-Empty"), nullptr);
  EXPECT_EQ(find_header(received->headers, "Expect"), nullptr);

  peer.send(http_answer(200, "hello", "X-Request-Id: r1\r\nX-Folded: a\r\n  b\r\n"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.error(), nullptr);
  EXPECT_EQ(sink.status(), 200);
  EXPECT_EQ(sink.headers_calls(), 1);
  EXPECT_EQ(sink.body(), "hello");
  const Headers headers = sink.headers();
  ASSERT_NE(find_header(headers, "x-request-id"), nullptr);
  EXPECT_EQ(*find_header(headers, "x-request-id"), "r1");
  EXPECT_EQ(*find_header(headers, "x-folded"), "a b");
}

TEST(CurlTransport, stream_reports_each_piece_as_it_arrives) {
  Listener server;
  Client client;
  RecordingSink sink;
  HttpRequest request = post(server.url());
  request.streaming = true;
  client.start(request, sink);

  Peer peer = server.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->header("Accept-Encoding"), "identity");
  peer.send(chunked_head);
  ASSERT_TRUE(sink.wait_for_headers());
  for (std::size_t i = 1; i <= 5; ++i) {
    peer.send(chunk("data"));
    ASSERT_TRUE(sink.wait_for_body(4 * i));
    EXPECT_EQ(sink.end_calls(), 0);
  }
  peer.send(last_chunk);
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.error(), nullptr);
  EXPECT_EQ(sink.end_calls(), 1);
}

TEST(CurlTransport, connection_is_used_again) {
  Listener server;
  Client client;
  const HttpRequest request = post(server.url());
  RecordingSink first;
  client.start(request, first);
  Peer peer = server.accept();
  for (int i = 0; i < 3; ++i) {
    RecordingSink sink;
    if (i > 0) client.start(request, sink);
    RecordingSink& current = i > 0 ? sink : first;
    ASSERT_TRUE(peer.read_request());
    peer.send(http_answer(200, "ok"));
    ASSERT_TRUE(current.wait_for_end());
    EXPECT_EQ(current.error(), nullptr);
  }
  EXPECT_FALSE(server.has_connection(0ms));
}

TEST(CurlTransport, cancel_closes_the_connection_and_silences_the_sink) {
  Listener server;
  Client client;
  const HttpRequest request = post(server.url());
  RecordingSink sink;
  const CallId id = client.start(request, sink);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(std::string(chunked_head) + chunk("x"));
  ASSERT_TRUE(sink.wait_for_body(1));
  client.cancel(id);
  EXPECT_TRUE(peer.wait_for_close());
  client.settle();
  EXPECT_EQ(sink.end_calls(), 0);
  client.cancel(id);
}

TEST(CurlTransport, refused_connection_names_host_and_port) {
  Client client;
  int port = 0;
  {
    Listener gone;
    port = gone.port();
  }
  RecordingSink sink;
  const HttpRequest request = post("http://user:pass-word@127.0.0.1:" + std::to_string(port) + "/path?key=sk-secret");
  client.start(request, sink);
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::connection);
  EXPECT_TRUE(sink.error()->retryable);
  EXPECT_EQ(sink.error()->message, "could not connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  EXPECT_EQ(sink.headers_calls(), 0);
}

}  // namespace
}  // namespace fastccg::transport

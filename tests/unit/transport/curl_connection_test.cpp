// Connections: how they are made, fail, are kept, and how many there may be.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <list>
#include <thread>

#include "client.hpp"
#include "sanitizers.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

/// Sets a variable of the environment while it lives. Made before any thread.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

/// Changes how many descriptors the process may have, while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t wanted) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit changed = before_;
    changed.rlim_cur = std::min(wanted, before_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &changed);
    reached_ = changed.rlim_cur == wanted;
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  bool reached() const { return reached_; }

 private:
  rlimit before_{};
  bool reached_ = false;
};

void expect_error(const RecordingSink& sink, ErrorKind kind, bool retryable) {
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, kind) << sink.error()->message;
  EXPECT_EQ(sink.error()->retryable, retryable) << sink.error()->message;
  EXPECT_EQ(sink.error()->message.find("sk-test"), std::string::npos);
  EXPECT_EQ(sink.headers_calls(), 0);
}

void expect_connect_timeout(const RecordingSink& sink) {
  expect_error(sink, ErrorKind::timeout, true);
  ASSERT_TRUE(sink.error()->deadline.has_value());
  EXPECT_EQ(*sink.error()->deadline, Deadline::connect);
}

TEST(CurlConnection, unknown_name_is_a_connection_error) {
  Client client;
  RecordingSink sink;
  HttpRequest request = post("http://no-such-name.invalid/");
  request.proxy = "";
  client.start(request, sink);
  expect_error(sink, ErrorKind::connection, true);
  EXPECT_NE(sink.error()->message.find("no-such-name.invalid"), std::string::npos);
}

TEST(CurlConnection, server_that_does_not_accept_passes_the_connect_deadline) {
  // The one place that is free is taken; the kernel then ignores who knocks.
  Listener full(nullptr, 0);
  const HttpRequest first = post(full.url());
  RecordingSink occupant;
  RecordingSink sink;
  Client client;
  client.start(first, occupant);
  ASSERT_TRUE(full.has_connection(10s));
  HttpRequest request = post(full.url());
  request.connect_timeout = 50ms;
  client.start(request, sink);
  expect_connect_timeout(sink);
  EXPECT_NE(sink.error()->message.find("within 50 ms"), std::string::npos) << sink.error()->message;
}

TEST(CurlConnection, silent_tls_handshake_passes_the_connect_deadline) {
  Listener plain;
  Client client;
  RecordingSink sink;
  HttpRequest request = post("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  request.connect_timeout = 50ms;
  client.start(request, sink);
  Peer peer = plain.accept();
  expect_connect_timeout(sink);
  EXPECT_TRUE(peer.wait_for_close());
}

TEST(CurlConnection, connect_deadline_does_not_limit_the_answer) {
  Listener server;
  Client client;
  RecordingSink sink;
  HttpRequest request = post(server.url());
  request.connect_timeout = 30ms;
  client.start(request, sink);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  // Longer than the deadline: another request that must pass it is the clock.
  RecordingSink clock;
  HttpRequest late = post("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  late.connect_timeout = 60ms;
  client.start(late, clock);
  ASSERT_TRUE(clock.wait_for_end());
  peer.send(http_answer(200, "late"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.error(), nullptr);
}

TEST(CurlConnection, connect_deadline_of_zero_is_none) {
  Listener server;
  Client client;
  RecordingSink sink;
  HttpRequest request = post(server.url());
  request.connect_timeout = 0ms;
  client.start(request, sink);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "x"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.error(), nullptr);
}

TEST(CurlConnection, kept_connection_that_the_server_closed_is_replaced) {
  Listener server;
  Client client;
  const HttpRequest request = post(server.url());
  RecordingSink first;
  client.start(request, first);
  {
    Peer peer = server.accept();
    ASSERT_TRUE(peer.read_request());
    peer.send(http_answer(200, "x"));
    ASSERT_TRUE(first.wait_for_end());
  }
  RecordingSink second;
  client.start(request, second);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "y"));
  ASSERT_TRUE(second.wait_for_end());
  EXPECT_EQ(second.error(), nullptr);
}

TEST(CurlConnection, what_comes_on_a_kept_connection_is_not_the_answer_to_the_next_request) {
  Listener server;
  Client client;
  const HttpRequest request = post(server.url());
  RecordingSink first;
  client.start(request, first);
  Peer old = server.accept();
  ASSERT_TRUE(old.read_request());
  old.send(http_answer(200, "x"));
  ASSERT_TRUE(first.wait_for_end());
  old.send(http_answer(200, "another's"));
  EXPECT_TRUE(old.wait_for_close());
  RecordingSink second;
  client.start(request, second);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "y"));
  ASSERT_TRUE(second.wait_for_end());
  EXPECT_EQ(second.body(), "y");
}

TEST(CurlConnection, large_answers_come_whole_from_a_kept_connection_however_soon_they_are_there) {
  constexpr int requests = 500;
  const std::string large(100'000, 'y');
  Listener server;
  const std::jthread answering([&] {
    Peer peer = server.accept();
    for (int i = 0; i < requests && peer.read_request(); ++i) peer.send(http_answer(200, large));
  });
  Client client;
  const HttpRequest request = post(server.url());
  for (int i = 0; i < requests; ++i) {
    RecordingSink sink;
    client.start(request, sink);
    ASSERT_TRUE(sink.wait_for_end());
    ASSERT_EQ(sink.error(), nullptr) << sink.error()->message << " in answer " << i;
    EXPECT_EQ(sink.body(), large);
  }
}

TEST(CurlConnection, kept_connections_that_close_on_the_request_are_replaced_time_after_time) {
  Listener server;
  Client client;
  const HttpRequest request = post(server.url());
  for (int i = 0; i < 8; ++i) {
    RecordingSink first;
    RecordingSink second;
    client.start(request, first);
    Peer old = server.accept();
    ASSERT_TRUE(old.read_request());
    old.send(http_answer(200, "x"));
    ASSERT_TRUE(first.wait_for_end());
    client.start(request, second);
    ASSERT_TRUE(old.read_request());
    old.close();
    ASSERT_TRUE(server.has_connection(5s)) << "not sent again after " << i << " times";
    Peer fresh = server.accept();
    ASSERT_TRUE(fresh.read_request());
    fresh.send(http_answer(200, "y", "Connection: close\r\n"));
    ASSERT_TRUE(second.wait_for_end());
    ASSERT_EQ(second.error(), nullptr);
  }
}

TEST(CurlConnection, kept_connection_that_closes_on_the_request_is_replaced_with_the_body_whole) {
  Listener server;
  Client client;
  for (const std::size_t size : {std::size_t{10}, std::size_t{300'000}}) {
    const HttpRequest request = post(server.url(), std::string(size, 'b'));
    RecordingSink first;
    RecordingSink second;
    client.start(request, first);
    Peer old = server.accept();
    ASSERT_TRUE(old.read_request());
    old.send(http_answer(200, "x"));
    ASSERT_TRUE(first.wait_for_end());
    client.start(request, second);
    ASSERT_TRUE(old.read_request());
    old.close();
    Peer fresh = server.accept();
    const auto again = fresh.read_request();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->body, request.body);
    fresh.send(http_answer(200, "y", "Connection: close\r\n"));
    ASSERT_TRUE(second.wait_for_end());
    EXPECT_EQ(second.error(), nullptr);
  }
}

TEST(CurlConnection, get_head_and_other_methods_follow_each_other_on_one_connection) {
  Listener server;
  Client client;
  std::optional<Peer> peer;
  const auto exchange = [&](const char* method, const char* body, const char* expected_line) {
    HttpRequest request = post(server.url("/x"), body);
    request.method = method;
    RecordingSink sink;
    client.start(request, sink);
    if (!peer) peer.emplace(server.accept());
    const auto received = peer->read_request();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->line, expected_line);
    EXPECT_EQ(received->body, body);
    peer->send(http_answer(200, request.method == "HEAD" ? "" : "ok"));
    ASSERT_TRUE(sink.wait_for_end());
    EXPECT_EQ(sink.error(), nullptr);
  };
  exchange("POST", "{}", "POST /x HTTP/1.1");
  exchange("GET", "", "GET /x HTTP/1.1");
  exchange("HEAD", "", "HEAD /x HTTP/1.1");
  exchange("DELETE", "", "DELETE /x HTTP/1.1");
  exchange("PATCH", "{\"a\":1}", "PATCH /x HTTP/1.1");
  exchange("POST", "", "POST /x HTTP/1.1");
  exchange("POST", "{}", "POST /x HTTP/1.1");
}

TEST(CurlConnection, five_hundred_requests_at_once_get_their_own_answers_and_connections_are_kept) {
  const DescriptorLimit limit(4096);
  if (!limit.reached()) GTEST_SKIP() << "the hard limit of descriptors is too low";
  constexpr std::size_t count = 500;
  Listener server;
  Client client;
  std::list<Peer> peers;
  for (int round = 0; round < 2; ++round) {
    std::list<RecordingSink> sinks(count);
    std::list<HttpRequest> requests;
    std::size_t number = 0;
    for (RecordingSink& sink : sinks) {
      requests.push_back(post(server.url(), "request " + std::to_string(number++)));
      client.start(requests.back(), sink);
    }
    while (peers.size() < count) peers.push_back(server.accept());
    for (Peer& peer : peers) {
      const auto request = peer.read_request();
      ASSERT_TRUE(request);
      peer.send(http_answer(200, "answer to " + request->body));
    }
    auto request = requests.begin();
    for (RecordingSink& sink : sinks) {
      ASSERT_TRUE(sink.wait_for_end());
      ASSERT_EQ(sink.error(), nullptr) << sink.error()->message;
      ASSERT_EQ(sink.body(), "answer to " + (request++)->body);
    }
  }
  EXPECT_FALSE(server.has_connection(0ms));
}

TEST(CurlConnection, cancelling_1200_requests_is_prompt) {
  const DescriptorLimit limit(4096);
  if (!limit.reached()) GTEST_SKIP() << "the hard limit of descriptors is too low";
  constexpr std::size_t count = 1200;
  Listener server(nullptr, 2048);
  Client client;
  const HttpRequest request = post(server.url());
  std::list<RecordingSink> sinks(count);
  std::vector<CallId> ids;
  on_loop(client.loop(), [&] {
    for (RecordingSink& sink : sinks) ids.push_back(client.transport().start(request, sink));
  });
  std::list<Peer> peers;
  while (peers.size() < count) peers.push_back(server.accept());
  for (Peer& peer : peers) ASSERT_TRUE(peer.read_request());
  const auto begin = std::chrono::steady_clock::now();
  on_loop(client.loop(), [&] {
    for (const CallId id : ids) client.transport().cancel(id);
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  for (Peer& peer : peers) ASSERT_TRUE(peer.wait_for_close());
  for (const RecordingSink& sink : sinks) EXPECT_EQ(sink.end_calls(), 0);
}

TEST(CurlConnection, connections_are_not_inherited_by_other_programs) {
  Listener server;
  Client client;
  RecordingSink sink;
  const HttpRequest request = post(server.url());
  const CallId id = client.start(request, sink);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  int connections = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) continue;
    if (ntohs(address.sin_port) != server.port()) continue;
    ++connections;
    EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  EXPECT_EQ(connections, 1);
  client.cancel(id);
}

TEST(CurlConnection, lack_of_descriptors_says_what_to_do) {
  if (testing::has_sanitizer("undefined")) GTEST_SKIP() << "this sanitizer opens a pipe to look at an object's type";
  Listener server;
  Client client;
  RecordingSink sink;
  const HttpRequest request = post(server.url());
  {
    const int lowest = ::dup(0);
    ASSERT_GE(lowest, 0);
    ::close(lowest);
    const DescriptorLimit none_left(static_cast<rlim_t>(lowest));
    client.start(request, sink);
    expect_error(sink, ErrorKind::connection, true);
  }
  EXPECT_NE(sink.error()->message.find("ulimit"), std::string::npos) << sink.error()->message;
}

TEST(CurlProxy, proxy_of_the_request_gets_the_whole_address) {
  Listener proxy;
  const Variable ignored("NO_PROXY", "*");
  Client client;
  RecordingSink sink;
  HttpRequest request = post("http://127.0.0.1:1/v1/chat");
  request.proxy = proxy.url("");
  client.start(request, sink);
  Peer peer = proxy.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->line, "POST http://127.0.0.1:1/v1/chat HTTP/1.1");
  peer.send(http_answer(200, "by proxy"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.body(), "by proxy");
}

TEST(CurlProxy, proxy_of_the_environment_is_used) {
  Listener proxy;
  const Variable set("http_proxy", proxy.url(""));
  Client client;
  RecordingSink sink;
  const HttpRequest request = post("http://llm.example.test/v1/chat");
  client.start(request, sink);
  Peer peer = proxy.accept();
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->line, "POST http://llm.example.test/v1/chat HTTP/1.1");
  peer.send(http_answer(200, "by proxy"));
  ASSERT_TRUE(sink.wait_for_end());
}

TEST(CurlProxy, proxy_of_the_environment_is_not_shown_what_goes_to_this_machine) {
  Listener proxy;
  Listener server;
  const Variable set("http_proxy", proxy.url(""));
  Client client;
  RecordingSink sink;
  const HttpRequest request = post(server.url());
  client.start(request, sink);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "direct"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_FALSE(proxy.has_connection(0ms));
}

TEST(CurlProxy, empty_proxy_is_none_whatever_the_environment_says) {
  Listener proxy;
  const Variable set("http_proxy", proxy.url(""));
  Client client;
  RecordingSink sink;
  HttpRequest request = post("http://no-such-name.invalid/");
  request.proxy = "";
  client.start(request, sink);
  expect_error(sink, ErrorKind::connection, true);
  EXPECT_FALSE(proxy.has_connection(0ms));
}

TEST(CurlProxy, refused_tunnel_names_the_status_and_no_secret) {
  Listener proxy;
  Client client;
  RecordingSink sink;
  HttpRequest request = post("https://127.0.0.1:1/v1/chat");
  request.proxy = "http://user:hidden@127.0.0.1:" + std::to_string(proxy.port());
  client.start(request, sink);
  Peer peer = proxy.accept();
  const auto received = peer.read_head();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->line, "CONNECT 127.0.0.1:1 HTTP/1.1");
  EXPECT_EQ(received->header("Authorization"), "");
  peer.send(http_answer(403, "no"));
  expect_error(sink, ErrorKind::connection, false);
  EXPECT_NE(sink.error()->message.find("403"), std::string::npos) << sink.error()->message;
  EXPECT_EQ(sink.error()->message.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace fastccg::transport

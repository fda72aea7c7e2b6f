// TLS. That libcurl keeps the parsed certificates (CAPATH is null) and that SIGPIPE is blocked cost time or the process
// if they break, but change no answer: the former is not tested, the latter in the loop's tests.

#include <gtest/gtest.h>

#include <cstdlib>

#include "client.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

class CurlTls : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TlsIdentity::available()) GTEST_SKIP() << "built without OpenSSL's headers";
    identity_ = std::make_unique<TlsIdentity>();
    server_ = std::make_unique<Listener>(identity_.get());
  }
  HttpRequest trusting_request() {
    HttpRequest request = post(server_->url());
    request.ca_file = identity_->certificate_file();
    return request;
  }

  std::unique_ptr<TlsIdentity> identity_;
  std::unique_ptr<Listener> server_;
};

class RefusedCertificate : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TlsIdentity::available()) GTEST_SKIP() << "built without OpenSSL's headers";
  }
  /// What the user is told of a server with this certificate, with an empty `ca_file` or the certificate itself in it.
  std::string refusal(const CertificateText& text, bool trusted) {
    const TlsIdentity identity(text);
    Listener server(&identity);
    Client client;
    RecordingSink sink;
    HttpRequest request = post(server.url());
    if (trusted) request.ca_file = identity.certificate_file();
    client.start(request, sink);
    Peer peer = server.accept();
    EXPECT_FALSE(peer.tls_established() && peer.read_request());
    EXPECT_TRUE(sink.wait_for_end());
    if (sink.error() == nullptr) return "no refusal";
    EXPECT_EQ(sink.error()->kind, ErrorKind::tls) << sink.error()->message;
    EXPECT_FALSE(sink.error()->retryable);
    return sink.error()->message;
  }
};

bool has(const std::string& message, std::string_view words) { return message.find(words) != std::string::npos; }

TEST_F(RefusedCertificate, self_signed_one_may_be_named_in_ca_file) {
  const std::string message = refusal(CertificateText(), false);
  EXPECT_TRUE(has(message, "if you trust it, name it in ca_file")) << message;
}

TEST_F(RefusedCertificate, issuer_that_is_unknown_may_be_named_in_ca_file) {
  CertificateText text;
  text.self_signed = false;
  const std::string message = refusal(text, false);
  EXPECT_TRUE(has(message, "name its issuer in ca_file")) << message;
}

TEST_F(RefusedCertificate, expired_one_is_not_helped_by_ca_file) {
  CertificateText text;
  text.valid_until = std::chrono::seconds(-60);
  const std::string message = refusal(text, true);
  EXPECT_TRUE(has(message, "expired") && has(message, "its owner has to renew it")) << message;
  EXPECT_FALSE(has(message, "ca_file")) << message;
}

TEST_F(RefusedCertificate, one_of_the_future_points_at_the_clock) {
  CertificateText text;
  text.valid_from = std::chrono::seconds(600);
  const std::string message = refusal(text, true);
  EXPECT_TRUE(has(message, "check the clock of this machine")) << message;
  EXPECT_FALSE(has(message, "ca_file")) << message;
}

TEST_F(RefusedCertificate, one_for_another_host_says_so) {
  CertificateText text;
  text.names = "DNS:other.example";
  const std::string message = refusal(text, true);
  EXPECT_TRUE(has(message, "made for another host") && has(message, "127.0.0.1")) << message;
  EXPECT_FALSE(has(message, "ca_file")) << message;
}

TEST_F(CurlTls, certificate_of_the_ca_file_is_trusted_and_sessions_are_resumed) {
  Client client;
  const HttpRequest request = trusting_request();
  for (int i = 0; i < 2; ++i) {
    RecordingSink sink;
    client.start(request, sink);
    Peer peer = server_->accept();
    ASSERT_TRUE(peer.read_request());
    EXPECT_EQ(peer.tls_resumed(), i > 0);
    peer.send(http_answer(200, "secret", "Connection: close\r\n"));
    ASSERT_TRUE(sink.wait_for_end());
    EXPECT_EQ(sink.error(), nullptr) << sink.error()->message;
    EXPECT_EQ(sink.body(), "secret");
  }
}

TEST_F(CurlTls, ca_file_of_one_request_does_not_serve_the_next) {
  Client client;
  RecordingSink trusting;
  const HttpRequest request = trusting_request();
  client.start(request, trusting);
  Peer peer = server_->accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "x"));
  ASSERT_TRUE(trusting.wait_for_end());

  RecordingSink sink;
  const HttpRequest other = post(server_->url());
  client.start(other, sink);
  Peer second = server_->accept();
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::tls);
}

TEST_F(CurlTls, file_that_the_environment_names_is_trusted) {
  ::setenv("SSL_CERT_FILE", identity_->certificate_file().c_str(), 1);
  {
    Client client;
    RecordingSink sink;
    const HttpRequest request = post(server_->url());
    client.start(request, sink);
    Peer peer = server_->accept();
    EXPECT_TRUE(peer.read_request());
    peer.send(http_answer(200, "x"));
    EXPECT_TRUE(sink.wait_for_end());
    EXPECT_EQ(sink.error(), nullptr) << sink.error()->message;
  }
  ::unsetenv("SSL_CERT_FILE");
}

TEST_F(CurlTls, ca_file_that_is_missing_is_named) {
  Client client;
  RecordingSink sink;
  HttpRequest request = post(server_->url());
  request.ca_file = "/no/such/file.pem";
  client.start(request, sink);
  Peer peer = server_->accept();
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::tls);
  EXPECT_NE(sink.error()->message.find("/no/such/file.pem"), std::string::npos) << sink.error()->message;
}

TEST_F(CurlTls, tunnel_through_a_proxy_shows_it_neither_key_nor_answer) {
  Listener proxy;
  Client client;
  RecordingSink sink;
  HttpRequest request = trusting_request();
  request.proxy = proxy.url("");
  client.start(request, sink);
  Peer peer = proxy.accept();
  const auto connect = peer.read_head();
  ASSERT_TRUE(connect);
  EXPECT_EQ(connect->line, "CONNECT 127.0.0.1:" + std::to_string(server_->port()) + " HTTP/1.1");
  EXPECT_EQ(connect->header("Authorization"), "");
  peer.send("HTTP/1.1 200 OK\r\nX-Of-Proxy: yes\r\n\r\n");
  ASSERT_TRUE(peer.start_tls(*identity_));
  const auto received = peer.read_request();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->header("Authorization"), "Bearer sk-test-1234");
  peer.send(http_answer(200, "through"));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.body(), "through");
  EXPECT_EQ(sink.headers_calls(), 1);
  EXPECT_EQ(find_header(sink.headers(), "X-Of-Proxy"), nullptr);
}

TEST_F(CurlTls, server_that_speaks_no_tls_is_a_tls_error) {
  Listener plain;
  Client client;
  RecordingSink sink;
  const HttpRequest request = post("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  client.start(request, sink);
  Peer peer = plain.accept();
  peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::tls) << sink.error()->message;
}

TEST_F(CurlTls, connection_lost_in_the_handshake_is_a_connection_error) {
  Listener plain;
  Client client;
  const HttpRequest request = post("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  for (const bool reset : {false, true}) {
    RecordingSink sink;
    client.start(request, sink);
    Peer peer = plain.accept();
    if (reset) {
      peer.reset();
    } else {
      peer.close();
    }
    ASSERT_TRUE(sink.wait_for_end());
    ASSERT_NE(sink.error(), nullptr);
    EXPECT_EQ(sink.error()->kind, ErrorKind::connection) << sink.error()->message;
    EXPECT_TRUE(sink.error()->retryable);
  }
}

TEST_F(CurlTls, stream_that_ends_without_goodbye_is_truncated) {
  Client client;
  RecordingSink sink;
  const HttpRequest request = trusting_request();
  client.start(request, sink);
  Peer peer = server_->accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(std::string(chunked_head) + chunk("half"));
  ASSERT_TRUE(sink.wait_for_body(4));
  peer.close();
  ASSERT_TRUE(sink.wait_for_end());
  ASSERT_NE(sink.error(), nullptr);
  EXPECT_EQ(sink.error()->kind, ErrorKind::stream_truncated) << sink.error()->message;
}

// The tickets for later sessions come while the body is sent, and look like an answer from outside.
TEST_F(CurlTls, large_body_arrives_whole_on_a_new_and_on_a_kept_connection) {
  Client client;
  HttpRequest request = trusting_request();
  request.body = std::string(3'000'000, 'x') + "end";
  std::optional<Peer> peer;
  for (int i = 0; i < 2; ++i) {
    RecordingSink sink;
    client.start(request, sink);
    if (!peer) peer.emplace(server_->accept());
    const auto received = peer->read_request();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->body, request.body);
    peer->send(http_answer(200, "ok"));
    ASSERT_TRUE(sink.wait_for_end());
    EXPECT_EQ(sink.error(), nullptr) << sink.error()->message;
  }
}

TEST_F(CurlTls, pause_over_tls_loses_nothing) {
  Client client;
  RecordingSink sink;
  const HttpRequest request = trusting_request();
  CallId id = CallId::none;
  sink.after_body = [&] {
    client.transport().pause(id);
    client.loop().post([&client, id] { client.transport().resume(id); });  // Perhaps after the end of the test.
  };
  on_loop(client.loop(), [&] { id = client.transport().start(request, sink); });
  Peer peer = server_->accept();
  ASSERT_TRUE(peer.read_request());
  const std::string body(3'000'000, 't');
  peer.send(http_answer(200, body));
  ASSERT_TRUE(sink.wait_for_end());
  EXPECT_EQ(sink.error(), nullptr);
  EXPECT_EQ(sink.body(), body);
}

}  // namespace
}  // namespace fastccg::transport

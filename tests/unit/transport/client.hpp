#pragma once

#include <memory>
#include <string>
#include <utility>

#include "loop/loop.hpp"
#include "loopback_server.hpp"
#include "on_loop.hpp"
#include "recording_sink.hpp"
#include "transport/curl/curl_transport.hpp"

namespace fastccg::test {

/// A transport on a loop of its own, for tests that look at it from outside.
class Client {
 public:
  Client() {
    on_loop(loop_, [this] { transport_ = transport::make_curl_transport(loop_); });
  }
  ~Client() { destroy(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Loop& loop() { return loop_; }
  /// Only from the loop's thread.
  transport::Transport& transport() { return *transport_; }

  transport::CallId start(const transport::HttpRequest& request, transport::Sink& sink) {
    transport::CallId id = transport::CallId::none;
    on_loop(loop_, [&] { id = transport_->start(request, sink); });
    return id;
  }
  void cancel(transport::CallId id) {
    on_loop(loop_, [&] { transport_->cancel(id); });
  }
  void pause(transport::CallId id) {
    on_loop(loop_, [&] { transport_->pause(id); });
  }
  void resume(transport::CallId id) {
    on_loop(loop_, [&] { transport_->resume(id); });
  }
  void drain(transport::CallId id, std::chrono::milliseconds patience) {
    on_loop(loop_, [&] { transport_->drain(id, patience); });
  }
  /// Waits until the loop has come around, so that whatever was ready is done.
  void settle() {
    for (int i = 0; i < 3; ++i) on_loop(loop_, [] {});
  }
  void destroy() {
    on_loop(loop_, [this] { transport_.reset(); });
  }

 private:
  Loop loop_;
  std::unique_ptr<transport::Transport> transport_;
};

inline transport::HttpRequest post(std::string url, std::string body = "{}") {
  transport::HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer sk-test-1234"}};
  request.body = std::move(body);
  return request;
}

/// 100,000 times the letter a.
inline std::string gzip_of_100000_letters() {
  std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01", 14);
  gzip.append("\x00\x00\x00\xc2\xa0\xac\xeb\x5f\xc2\x1a\x1e\x40\x01", 13);
  gzip.append(96, '\0').append("\xaf\x06\x87\xfa\xe2\x1b\xa0\x86\x01\x00", 10);
  return gzip;
}

}  // namespace fastccg::test

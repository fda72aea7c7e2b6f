// A name server that is silent must not hold up the loop. This program's own `getaddrinfo` comes before the system's.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>

#include "client.hpp"

namespace fastccg::transport {
namespace {

using namespace std::chrono_literals;
using namespace fastccg::test;

/// Where look-ups of "silent.test" wait until they are let go.
class SilentNameServer {
 public:
  void look_up() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return answering_; });
    --waiting_;
    changed_.notify_all();
  }
  void wait_for_look_up() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, 10s, [this] { return waiting_ > 0; }));
  }
  bool is_asked() {
    const std::lock_guard lock(mutex_);
    return waiting_ > 0;
  }
  void answer() {
    std::unique_lock lock(mutex_);
    answering_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, 10s, [this] { return waiting_ == 0; });
    answering_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool answering_ = false;
};

SilentNameServer& name_server() {
  // Never destroyed: libcurl may have a thread that has only begun to look up when the test ends, and that one waits on.
  static auto* const server = std::make_unique<SilentNameServer>().release();
  return *server;
}

}  // namespace
}  // namespace fastccg::transport

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  if (node != nullptr && std::strcmp(node, "silent.test") == 0) {
    fastccg::transport::name_server().look_up();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(node, service, hints, result);
}

namespace fastccg::transport {
namespace {

class CurlResolver : public ::testing::Test {
 protected:
  CurlResolver() : request_(post("http://silent.test/")) { request_.proxy = ""; }
  ~CurlResolver() override { name_server().answer(); }

  HttpRequest request_;
  RecordingSink sink_;
  Client client_;
};

TEST_F(CurlResolver, connect_deadline_passes_while_the_name_server_is_silent) {
  request_.connect_timeout = 50ms;
  client_.start(request_, sink_);
  name_server().wait_for_look_up();
  ASSERT_TRUE(sink_.wait_for_end());
  EXPECT_TRUE(name_server().is_asked());
  ASSERT_NE(sink_.error(), nullptr);
  EXPECT_EQ(sink_.error()->kind, ErrorKind::timeout) << sink_.error()->message;
}

TEST_F(CurlResolver, cancel_and_destruction_do_not_wait_for_the_name_server) {
  const CallId id = client_.start(request_, sink_);
  RecordingSink second;
  client_.start(request_, second);
  name_server().wait_for_look_up();
  client_.cancel(id);
  client_.destroy();
  EXPECT_TRUE(name_server().is_asked());
  EXPECT_EQ(sink_.end_calls() + second.end_calls(), 0);
}

TEST_F(CurlResolver, other_requests_go_on_while_the_name_server_is_silent) {
  client_.start(request_, sink_);
  name_server().wait_for_look_up();
  Listener server;
  RecordingSink other;
  const HttpRequest request = post(server.url());
  client_.start(request, other);
  Peer peer = server.accept();
  ASSERT_TRUE(peer.read_request());
  peer.send(http_answer(200, "x"));
  ASSERT_TRUE(other.wait_for_end());
  EXPECT_TRUE(name_server().is_asked());
}

}  // namespace
}  // namespace fastccg::transport

#pragma once

#include <memory>

#include "loop/loop.hpp"
#include "transport/replay/replay_transport.hpp"
#include "transport/transport.hpp"

namespace fastccg::transport {

/// Answers requests to addresses that begin with "mock:" in the process, without a thread, a socket or a wait, and hands
/// all others to the transport below. The same rules for threads and destruction hold as for `make_curl_transport`.
class MockTransport final : public Transport {
 public:
  /// `loop` outlives it.
  MockTransport(Loop& loop, std::unique_ptr<Transport> below);

  CallId start(const HttpRequest& request, Sink& sink) override;
  void cancel(CallId call) override;
  void pause(CallId call) override;
  void resume(CallId call) override;
  void drain(CallId call, std::chrono::milliseconds patience) override;

 private:
  /// Whose call it is, and the name that it has there.
  Transport& owner(CallId& call);

  ReplayTransport mock_;
  std::unique_ptr<Transport> below_;
};

}  // namespace fastccg::transport

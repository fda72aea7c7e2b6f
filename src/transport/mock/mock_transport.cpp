#include "transport/mock/mock_transport.hpp"

#include <utility>

#include "transport/mock/mock_server.hpp"

namespace fastccg::transport {

namespace {

/// Set in the ids of calls that are answered here. Those below count from one and never reach it.
constexpr std::uint64_t ours = std::uint64_t{1} << 63;

}  // namespace

MockTransport::MockTransport(Loop& loop, std::unique_ptr<Transport> below)
    : mock_(loop, mock_answer, ReplayTransport::Keep::nothing), below_(std::move(below)) {}

CallId MockTransport::start(const HttpRequest& request, Sink& sink) {
  if (!request.url.starts_with("mock:")) return below_->start(request, sink);
  return CallId(static_cast<std::uint64_t>(mock_.start(request, sink)) | ours);
}

void MockTransport::cancel(CallId call) { owner(call).cancel(call); }
void MockTransport::pause(CallId call) { owner(call).pause(call); }
void MockTransport::resume(CallId call) { owner(call).resume(call); }
void MockTransport::drain(CallId call, std::chrono::milliseconds patience) { owner(call).drain(call, patience); }

Transport& MockTransport::owner(CallId& call) {
  const auto number = static_cast<std::uint64_t>(call);
  if ((number & ours) == 0) return *below_;
  call = CallId(number & ~ours);
  return mock_;
}

}  // namespace fastccg::transport

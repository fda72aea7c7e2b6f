#pragma once

#include <memory>

#include "loop/loop.hpp"
#include "transport/transport.hpp"

namespace fastccg::transport {

/// HTTP/1.1 over libcurl, with connections that are kept and used again. It may be made on any thread; `loop` outlives
/// it. It is destroyed on the loop's thread and not from inside a sink, or on any thread once the loop has stopped.
/// Requests that are in flight then are cancelled: their sinks hear nothing more.
/// Throws `FastCCGError` (usage) if libcurl cannot be set up.
std::unique_ptr<Transport> make_curl_transport(Loop& loop);

}  // namespace fastccg::transport

#pragma once

#include <string>

#include "exchange/call_options.hpp"
#include "exchange/target.hpp"
#include "transport/transport.hpp"

namespace fastccg {

/// The request that asks `target` what was rendered, with the key in its header.
transport::HttpRequest make_http_request(const Target& target, protocols::Rendered& rendered,
                                         const CallOptions& options);

/// What a provider calls the request in its own books; empty if it does not say.
std::string request_id_of(const Headers& headers);

}  // namespace fastccg

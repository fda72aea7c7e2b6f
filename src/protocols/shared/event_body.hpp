#pragma once

#include <string_view>

#include "protocols/protocol.hpp"

namespace fastccg::protocols::shared {

/// Whether a body is an event stream. Some servers stream what was not to be streamed.
bool is_event_stream(std::string_view body) noexcept;

/// Decodes such a body. Leaves the builder complete or failed.
void decode_events(std::string_view body, StreamDecoder& decoder, ReplyBuilder& reply);

}  // namespace fastccg::protocols::shared

#pragma once

#include "protocols/protocol.hpp"

namespace fastccg::protocols {

/// The wire protocols, each in a room of its own.
enum class Speaks { chat_completions, generate_content, messages, responses };

/// The implementation of a protocol; lives as long as the program.
const Protocol& find(Speaks protocol) noexcept;

}  // namespace fastccg::protocols

#pragma once

#include "protocols/embedding_protocol.hpp"
#include "protocols/protocol.hpp"

namespace fastccg::protocols {

/// The wire protocols, each in a room of its own.
enum class Speaks { chat_completions, generate_content, messages, responses };

/// The implementation of a protocol; lives as long as the program.
const Protocol& find(Speaks protocol) noexcept;

/// How those who speak a protocol turn texts into vectors; null if they do not. Lives as long as the program.
const EmbeddingProtocol* find_embedding(Speaks protocol) noexcept;

}  // namespace fastccg::protocols

#include "protocols/protocols.hpp"

#include "protocols/chat_completions/chat_completions.hpp"

namespace fastccg::protocols {

const Protocol& find(Speaks protocol) noexcept {
  static const chat_completions::ChatCompletions chat;
  switch (protocol) {
    case Speaks::chat_completions: break;
  }
  return chat;
}

}  // namespace fastccg::protocols

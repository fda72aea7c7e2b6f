#include "protocols/protocols.hpp"

#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/generate_content/generate_content.hpp"

namespace fastccg::protocols {

const Protocol& find(Speaks protocol) noexcept {
  static const chat_completions::ChatCompletions chat;
  static const generate_content::GenerateContent generate;
  switch (protocol) {
    case Speaks::chat_completions: break;
    case Speaks::generate_content: return generate;
  }
  return chat;
}

}  // namespace fastccg::protocols

#include "protocols/protocols.hpp"

#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/embeddings/embeddings.hpp"
#include "protocols/generate_content/generate_content.hpp"
#include "protocols/messages/messages.hpp"
#include "protocols/responses/responses.hpp"

namespace fastccg::protocols {

const Protocol& find(Speaks protocol) noexcept {
  static const chat_completions::ChatCompletions chat;
  static const generate_content::GenerateContent generate;
  static const messages::Messages messages;
  static const responses::Responses responses;
  switch (protocol) {
    case Speaks::chat_completions: break;
    case Speaks::generate_content: return generate;
    case Speaks::messages: return messages;
    case Speaks::responses: return responses;
  }
  return chat;
}

const EmbeddingProtocol* find_embedding(Speaks protocol) noexcept {
  static const embeddings::Embeddings embeddings;
  static const generate_content::EmbedContents contents;
  switch (protocol) {
    case Speaks::chat_completions:
    case Speaks::responses: return &embeddings;
    case Speaks::generate_content: return &contents;
    case Speaks::messages: break;
  }
  return nullptr;
}

}  // namespace fastccg::protocols

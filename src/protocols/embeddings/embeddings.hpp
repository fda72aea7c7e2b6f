#pragma once

#include "protocols/embedding_protocol.hpp"

namespace fastccg::protocols::embeddings {

/// OpenAI's embeddings, which most other servers speak as well.
class Embeddings final : public EmbeddingProtocol {
 public:
  Rendered render(const EmbeddingRequest& request, const Dialect& dialect) const override;
  Result<Vectors> decode(std::string_view body, const ExpectedVectors& expected, const Dialect& dialect) const override;
};

}  // namespace fastccg::protocols::embeddings

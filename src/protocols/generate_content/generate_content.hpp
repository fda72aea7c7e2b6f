#pragma once

#include "protocols/embedding_protocol.hpp"
#include "protocols/protocol.hpp"

namespace fastccg::protocols::generate_content {

/// Google's generateContent and streamGenerateContent.
class GenerateContent final : public Protocol {
 public:
  Rendered render(const Request& request, const Dialect& dialect) const override;
  void decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const override;
  std::unique_ptr<StreamDecoder> decode_stream(const Dialect& dialect) const override;
  Error classify(int status, const Headers& headers, std::string_view body, const Dialect& dialect) const override;
};

/// Google's batchEmbedContents.
class EmbedContents final : public EmbeddingProtocol {
 public:
  Rendered render(const EmbeddingRequest& request, const Dialect& dialect) const override;
  Result<Vectors> decode(std::string_view body, const ExpectedVectors& expected, const Dialect& dialect) const override;
};

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <string_view>

#include "core/embedding_request.hpp"
#include "fastccg/result.hpp"
#include "protocols/protocol.hpp"

namespace fastccg::protocols {

/// The part of a wire protocol that turns texts into vectors: bytes in, values out, no I/O and no state. What an answer
/// with a status of failure means, the protocol that it belongs to classifies. May be called from any thread.
class EmbeddingProtocol {
 public:
  virtual ~EmbeddingProtocol() = default;

  /// Throws `FastCCGError` (usage) if the setting `extra` is not a JSON object.
  virtual Rendered render(const EmbeddingRequest& request, const Dialect& dialect) const = 0;

  /// Decodes the body of an answer with a status of success.
  virtual Result<Vectors> decode(std::string_view body, const ExpectedVectors& expected,
                                 const Dialect& dialect) const = 0;
};

}  // namespace fastccg::protocols

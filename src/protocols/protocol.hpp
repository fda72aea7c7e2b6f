#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/reply_builder.hpp"
#include "core/request.hpp"
#include "fastccg/error.hpp"
#include "fastccg/reply.hpp"
#include "protocols/dialect.hpp"
#include "sse/framer.hpp"

namespace fastccg::protocols {

/// A request in a provider's words, all but the address of the server and the key.
class Rendered {
 public:
  Rendered() = default;

  std::string path;  ///< Follows the base URL; begins with '/', and may have a query.
  Headers headers;   ///< What this protocol needs beyond content type and key.
  std::string body;
  std::vector<Warning> warnings;
};

/// Decodes one stream. It is fed events until the builder is complete or has failed, or the body ends.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;
  virtual void on_event(const sse::Event& event, ReplyBuilder& reply) = 0;
  /// The body has ended. Completes the reply, or fails it with `stream_truncated`, if neither has happened.
  virtual void on_end(ReplyBuilder& reply) = 0;
};

/// A wire protocol: bytes in, values out, no I/O and no state. Whatever differs between the providers that speak it is
/// in the `Dialect`. All functions may be called from any thread.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Throws `FastCCGError` (invalid_request, usage) for a request that no provider of this protocol could accept.
  virtual Rendered render(const Request& request, const Dialect& dialect) const = 0;

  /// Decodes the body of a whole answer with a status of success. Leaves the builder complete or failed.
  virtual void decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const = 0;

  /// `dialect` must outlive the decoder.
  virtual std::unique_ptr<StreamDecoder> decode_stream(const Dialect& dialect) const = 0;

  /// What an answer with a status of failure means. Fills kind, provider_message, status, code, param, body; what is
  /// the same for all protocols (request id, delay, retryable, attempts) the caller adds.
  virtual Error classify(int status, const Headers& headers, std::string_view body, const Dialect& dialect) const = 0;
};

}  // namespace fastccg::protocols

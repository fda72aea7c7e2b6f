#pragma once

#include "protocols/protocol.hpp"

namespace fastccg::protocols::messages {

/// Anthropic's messages, which a few other services speak too.
class Messages final : public Protocol {
 public:
  Rendered render(const Request& request, const Dialect& dialect) const override;
  void decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const override;
  std::unique_ptr<StreamDecoder> decode_stream(const Dialect& dialect) const override;
  Error classify(int status, const Headers& headers, std::string_view body, const Dialect& dialect) const override;
};

}  // namespace fastccg::protocols::messages

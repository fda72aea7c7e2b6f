#pragma once

#include <string>
#include <string_view>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"
#include "protocols/messages/blocks.hpp"

namespace fastccg::protocols::messages {

/// Reads what whole answers and streams have in common into a builder.
class AnswerReader {
 public:
  AnswerReader() = default;

  /// Who answers, and with what usage so far: a whole answer, or what a stream begins with. All but the content.
  void head(const json::Node& message, ReplyBuilder& reply);
  /// All of a whole answer.
  void whole(const json::Node& message, ReplyBuilder& reply);
  /// Why the answer ended. `end` is a whole answer, or what a stream says of its end.
  void stop(const json::Node& end, ReplyBuilder& reply);
  /// Numbers that replace those of the same names that came before.
  void usage(const json::Node& usage, ReplyBuilder& reply);
  /// Adds the parts that could not be added before the answer was whole.
  void finish(ReplyBuilder& reply);

  BlockReader blocks;

 private:
  std::string usage_;      // all numbers so far, as JSON text
  std::string container_;  // the same of the container
};

/// What a raw stop reason means.
FinishReason finish_reason(std::string_view raw) noexcept;

/// The neutral numbers of a usage object.
Usage read_usage(const json::Node& usage) noexcept;

}  // namespace fastccg::protocols::messages

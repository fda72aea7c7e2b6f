#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/reader.hpp"

namespace fastccg::protocols::chat_completions {

/// What the chunks of a stream have in common, so that most need not be parsed.
///
/// Nearly all chunks of an answer are the same JSON text but for a few letters: what the model wrote and, from OpenAI, some
/// padding. What stands between those is compared byte by byte with a chunk that was read in full; if it is the same, and
/// the letters are a JSON string as they stand, the chunk means the same as that one, with other text.
class ChunkPattern {
 public:
  /// The text of a chunk that has the pattern. Nothing if it must be read in full.
  std::optional<std::string_view> text_of(std::string_view chunk) noexcept;
  /// Takes the pattern from a chunk that was read, if that did nothing but add text to the reply.
  void learn(std::string_view chunk, const json::Node& root);

 private:
  std::string before_;   ///< The text; up to and with its quotation mark. Empty if nothing was learned.
  std::string between_;  ///< The text and the padding. Empty if there is no padding.
  std::string after_;
  int learned_in_vain_ = 0;
};

}  // namespace fastccg::protocols::chat_completions

#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::responses {

/// Names of opaque parts that are no output items of their own.
namespace kinds {
inline constexpr std::string_view phase = "phase";              ///< A text: the phase of the message that follows.
inline constexpr std::string_view annotations = "annotations";  ///< A list; of the text before it.
inline constexpr std::string_view logprobs = "logprobs";        ///< A list; of the text before it. Never goes back.
inline constexpr std::string_view call_extra = "call_extra";    ///< {"call_id": whose, "namespace": ...}
}  // namespace kinds

/// Reads output items into a builder: whole ones, and the pieces of one that is being streamed.
class AnswerReader {
 public:
  AnswerReader() = default;

  /// An item that comes whole. `index` is its place in the answer's output.
  void whole_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply);

  // The pieces of a streamed item, by its place in the output: servers are known to change its id from piece to piece.

  void begin_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply);
  void text(std::int64_t index, std::string_view delta, ReplyBuilder& reply);
  void refusal(std::int64_t index, std::string_view delta, ReplyBuilder& reply);
  void reasoning(std::int64_t index, std::string_view delta, ReplyBuilder& reply);
  void arguments(std::int64_t index, std::string_view delta, ReplyBuilder& reply);
  /// The item as it ended, which holds what was not streamed too.
  void end_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply);

  /// The items as the end of a stream repeats them, for servers that left out pieces, or all of them, until then.
  void final_items(const json::Node& output, ReplyBuilder& reply);

  /// Reads id, model and usage of a response object.
  static void read_frame(const json::Node& response, ReplyBuilder& reply);
  /// Reads status and reason of a response object that has ended.
  static void read_end(const json::Node& response, ReplyBuilder& reply);

 private:
  /// What has been reported of an item.
  class Item {
   public:
    Item() = default;
    bool content = false;  // text, refusal or reasoning
    bool arguments = false;
    bool ended = false;
  };

  Item& open(std::int64_t index, ReplyBuilder& reply);
  void read_message(const json::Node& item, Item& seen, ReplyBuilder& reply);
  void read_reasoning(const json::Node& item, Item& seen, ReplyBuilder& reply);
  void read_call(std::int64_t index, const json::Node& item, Item& seen, ReplyBuilder& reply);

  std::map<std::int64_t, Item> items_;
  std::int64_t current_ = -1;
};

Usage read_usage(const json::Node& usage) noexcept;

}  // namespace fastccg::protocols::responses

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::messages {

/// Reads content blocks into a builder. A block of a whole answer is one that begins with all it has.
class BlockReader {
 public:
  BlockReader() = default;

  void begin(std::int64_t index, const json::Node& block, ReplyBuilder& reply);
  /// A piece of the block numbered `index`, which is begun if it was not.
  void add(std::int64_t index, const json::Node& delta, ReplyBuilder& reply);
  void end(std::int64_t index, ReplyBuilder& reply);
  /// Ends the blocks that nobody ended.
  void end_all(ReplyBuilder& reply);

 private:
  enum class Kind { text, thinking, tool_use, other };

  class Block {
   public:
    Block(std::int64_t index_, Kind kind_, std::int64_t call_) : index(index_), kind(kind_), call(call_) {}
    std::int64_t index;
    Kind kind;
    std::int64_t call;         ///< Of `tool_use`: its number, which no other has even if indexes repeat.
    std::string type;          ///< Of `other`.
    std::string json;          ///< Of `other`: the block as it began. Of `tool_use`: the input that it began with.
    std::string_view growing;  ///< Of `other`: the member that the pieces make up.
    std::string pieces;        ///< What was added, all but what went straight into the reply.
    bool has_input = false;    ///< Of `tool_use`: whether pieces of the input came.
  };

  /// The block of that index, begun if there is none.
  Block& block(std::int64_t index, Kind kind, ReplyBuilder& reply);
  /// Text of one block must not run on in another, should blocks ever be interleaved.
  void switch_to(std::int64_t index, ReplyBuilder& reply);
  void begin_call(std::int64_t index, const json::Node& node, ReplyBuilder& reply);
  void add_input(std::int64_t index, std::string_view piece, ReplyBuilder& reply);
  void finish(const Block& block, ReplyBuilder& reply);

  std::vector<Block> open_;
  std::int64_t calls_ = 0;
  std::int64_t last_ = -1;  // the index that the latest piece belonged to
};

}  // namespace fastccg::protocols::messages

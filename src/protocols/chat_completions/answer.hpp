#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"
#include "protocols/chat_completions/kept.hpp"

namespace fastccg::protocols::chat_completions {

/// Reads what whole answers and chunks have in common into a builder.
class AnswerReader {
 public:
  enum class Form { whole, chunks };

  explicit AnswerReader(Form form) noexcept : form_(form) {}

  /// Reads one chunk, or a whole answer, all but errors. Only the choice of index 0 counts.
  void read(const json::Node& root, ReplyBuilder& reply);
  /// Adds the parts that could not be added before the answer was whole.
  void finish(ReplyBuilder& reply);

 private:
  /// A tool call that has begun. Its number among them is its key for the builder.
  class Call {
   public:
    Call(std::int64_t index_, std::string_view id_, bool named_) : index(index_), id(id_), named(named_) {}
    std::int64_t index;
    std::string id;
    bool named;
  };

  void read_choice(const json::Node& choice, ReplyBuilder& reply);
  void read_message(const json::Node& message, bool is_delta, ReplyBuilder& reply);
  void read_content(const json::Node& content, ReplyBuilder& reply);
  void read_calls(const json::Node& calls, bool is_delta, ReplyBuilder& reply);
  void read_call(const json::Node& call, std::int64_t key, ReplyBuilder& reply);
  std::int64_t key_of(const json::Node& call, std::int64_t position, bool is_delta);

  Form form_;
  bool has_identity_ = false;
  std::vector<Call> calls_;
  Kept kept_;
};

/// What a raw finish reason means.
FinishReason finish_reason(std::string_view raw) noexcept;

/// The neutral numbers of a provider's usage object.
Usage read_usage(const json::Node& usage) noexcept;

}  // namespace fastccg::protocols::chat_completions

#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "fastccg/message.hpp"

namespace fastccg::protocols::shared {

/// The kind of opaque parts that are calls of a tool that takes free text.
inline constexpr std::string_view free_text_call = "custom_tool_call";

/// A conversation in which calls of free-text tools that the provider would not know again stand as ordinary calls, with
/// the text as their only argument: so their results keep their calls when a conversation moves.
class KnownCalls {
 public:
  /// `is_native` says of such a call whether the provider takes it as it is. The messages must outlive this object.
  template <class IsNative>
  KnownCalls(const std::vector<const Message*>& messages, IsNative is_native) {
    messages_.reserve(messages.size());
    for (const auto* message : messages) {
      messages_.push_back(message);
      for (std::size_t i = 0; i < message->parts.size(); ++i) {
        const auto* opaque = std::get_if<Opaque>(&message->parts[i]);
        if (opaque && opaque->kind == free_text_call && !is_native(*opaque)) translate(i);
      }
    }
  }

  const std::vector<const Message*>& messages() const noexcept { return messages_; }

 private:
  /// Puts an ordinary call in the place of that part of the last message.
  void translate(std::size_t part);

  std::deque<Message> copies_;
  std::vector<const Message*> messages_;
};

}  // namespace fastccg::protocols::shared

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fastccg {

/// Who speaks in a message.
enum class Role { system, user, assistant, tool };

/// "system", "user", "assistant" or "tool".
std::string_view to_string(Role role) noexcept;

// The parts of a message. Each is a plain value with public fields; none is an aggregate, because g++ 12 miscompiles
// aggregates that stand as temporaries inside a `co_await` expression.

/// Plain text, UTF-8.
class Text {
 public:
  Text() = default;
  explicit Text(std::string text_) : text(std::move(text_)) {}

  std::string text;

  friend bool operator==(const Text&, const Text&) = default;
};

/// A picture, by address or by content.
class Image {
 public:
  Image() = default;
  static Image from_url(std::string url);
  /// `bytes` is the file's content, not base64; `mime` is such as "image/png".
  static Image from_bytes(std::string bytes, std::string mime);

  std::string url;  ///< Empty when `bytes` is used.
  std::string bytes;
  std::string mime;
  std::string detail;  ///< "low", "high" or "auto"; empty leaves it to the provider.

  friend bool operator==(const Image&, const Image&) = default;
};

/// A sound.
class Audio {
 public:
  Audio() = default;
  /// `bytes` is the file's content, not base64; `format` is "wav", "mp3", ...
  Audio(std::string bytes_, std::string format_) : bytes(std::move(bytes_)), format(std::move(format_)) {}

  std::string bytes;
  std::string format;

  friend bool operator==(const Audio&, const Audio&) = default;
};

/// A document, by address, by content, or by the id that a provider gave it.
class File {
 public:
  File() = default;
  static File from_url(std::string url, std::string mime);
  static File from_bytes(std::string bytes, std::string mime, std::string name);
  static File from_id(std::string id);

  std::string url;
  std::string bytes;
  std::string id;
  std::string mime;
  std::string name;

  friend bool operator==(const File&, const File&) = default;
};

/// The model asks for a tool to be run.
class ToolCall {
 public:
  ToolCall() = default;
  ToolCall(std::string id_, std::string name_, std::string arguments_)
      : id(std::move(id_)), name(std::move(name_)), arguments(std::move(arguments_)) {}

  std::string id;  ///< Never empty in a reply: one is made up where the provider sent none.
  std::string name;
  std::string arguments;  ///< The argument text exactly as the model wrote it: usually, but not always, JSON.

  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

/// The model's reasoning, as far as the provider shows it.
class Reasoning {
 public:
  Reasoning() = default;
  explicit Reasoning(std::string text_) : text(std::move(text_)) {}

  std::string text;
  /// What the provider wants back unchanged (a signature, encrypted content, ...), as JSON text; empty if nothing.
  /// It is sent to `provider` only, byte for byte.
  std::string payload;
  std::string provider;

  friend bool operator==(const Reasoning&, const Reasoning&) = default;
};

/// The model declined to answer, and said so in words of its own.
class Refusal {
 public:
  Refusal() = default;
  explicit Refusal(std::string text_) : text(std::move(text_)) {}

  std::string text;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Something that this library does not model, kept as JSON text and sent back to `provider` only.
class Opaque {
 public:
  Opaque() = default;
  Opaque(std::string provider_, std::string kind_, std::string json_)
      : provider(std::move(provider_)), kind(std::move(kind_)), json(std::move(json_)) {}

  std::string provider;
  std::string kind;  ///< The provider's own name for it, such as "annotations".
  std::string json;

  friend bool operator==(const Opaque&, const Opaque&) = default;
};

/// A part that marks a place in the conversation: all that stands before it is worth keeping in the provider's prompt
/// cache, for `lifetime` if the provider lets it be chosen. Providers that have to be told where (Anthropic, OpenRouter)
/// get the mark; the others cache on their own, and get nothing. See also `Settings::cache_prompt`.
Opaque cache_point(std::chrono::seconds lifetime = std::chrono::minutes(5));

/// What a tool result may consist of.
using Content = std::variant<Text, Image, Audio, File, Opaque>;

/// The answer to a `ToolCall`.
class ToolResult {
 public:
  ToolResult() = default;
  /// `call_id` is the `id` of the call that is answered.
  ToolResult(std::string call_id_, std::string text, bool is_error_ = false);

  std::string call_id;
  std::string name;  ///< The tool's name; filled in from the call when it is empty.
  std::vector<Content> content;
  bool is_error = false;

  friend bool operator==(const ToolResult&, const ToolResult&) = default;
};

using Part = std::variant<Text, Image, Audio, File, ToolCall, ToolResult, Reasoning, Refusal, Opaque>;

/// One message of a conversation: parts in the order in which they were written.
class Message {
 public:
  Message() = default;
  Message(Role role_, std::string text);
  Message(Role role_, std::vector<Part> parts_);

  static Message system(std::string text);
  static Message user(std::string text);
  static Message assistant(std::string text);
  /// The results of all tool calls of the assistant's last message.
  static Message tool_results(std::vector<ToolResult> results);

  Role role = Role::user;
  std::vector<Part> parts;
  std::string name;      ///< Of the speaker, where a provider knows such a thing.
  std::string provider;  ///< Who wrote an assistant message; empty if it was written by hand.
  std::string model;

  /// All `Text` parts joined with nothing between them.
  std::string text() const;

  friend bool operator==(const Message&, const Message&) = default;
};

/// What is asked: text, parts, or a whole message. Converts from all that one would write at the call.
class Prompt {
 public:
  Prompt(const char* text);
  Prompt(std::string text);
  Prompt(std::string_view text);
  Prompt(std::vector<Part> parts);
  Prompt(Message message);
  /// The answer to one tool call. For several calls use `Message::tool_results`.
  Prompt(ToolResult result);

  Message message;
};

}  // namespace fastccg

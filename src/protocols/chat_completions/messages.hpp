#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"
#include "protocols/dialect.hpp"
#include "protocols/shared/call_ids.hpp"

namespace fastccg::protocols::chat_completions {

/// Writes the conversation as the list `messages`.
class MessageWriter {
 public:
  MessageWriter(const Dialect& dialect, json::Writer& out, std::vector<Warning>& warnings);

  /// `instructions` follow the system prompt. Throws `FastCCGError` (invalid_request) for a conversation that no
  /// provider accepts: a tool call without a result, a result without its call, nothing to answer.
  void write(const Request& request, std::string_view instructions);

 private:
  /// One message on its way out: parts of one message, or of several that had to be merged.
  class Outgoing {
   public:
    explicit Outgoing(const Message& source_) : role(source_.role), source(&source_) {}
    Role role;
    const Message* source;
    std::vector<const Part*> parts;
  };

  void write_system(const Request& request, std::string_view instructions, std::size_t& next);
  void write_turns(const std::vector<const Message*>& messages, std::size_t next);
  std::size_t merge(const std::vector<const Message*>& messages, std::size_t next, Outgoing& out) const;
  void write_message(const Outgoing& message, bool is_last, bool in_running_turn);
  void write_content(const Outgoing& message);
  bool is_sent(const Part& part) const;
  /// Whether this is a call of a free-text tool that the provider takes as it is.
  bool is_custom_call(const Opaque& call) const;
  /// Whether the provider gets this part of an answer of its own back.
  bool goes_back(const Part& part) const;
  void write_part(const Part& part, const Opaque* mark = nullptr);
  void write_image(const Image& image);
  void write_audio(const Audio& audio);
  void write_file(const File& file);
  void write_assistant(const Outgoing& message, bool is_last, bool in_running_turn);
  void write_assistant_content(const Outgoing& message, bool is_own, bool has_calls);
  void write_thinking_chunks(const Outgoing& message);
  void write_calls(const Outgoing& message, bool is_own);
  void write_replayed(const Outgoing& message, bool in_running_turn);
  void write_results(const std::vector<const Message*>& messages, std::size_t assistant);
  void write_result(const ToolResult& result, const std::string& call_id);
  const std::string& wire_id(const std::string& id);
  /// Whether the part was made by this provider, and is JSON, as it may not be if a session file says so.
  bool is_replayable(const Opaque& opaque) const {
    return opaque.provider == dialect_.provider && json::is_json(opaque.json);
  }
  bool is_own(const Message& message) const noexcept { return message.provider == dialect_.provider; }

  const Dialect& dialect_;
  json::Writer& out_;
  std::vector<Warning>& warnings_;
  shared::CallIds ids_;
};

}  // namespace fastccg::protocols::chat_completions

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"
#include "protocols/dialect.hpp"
#include "protocols/shared/call_ids.hpp"

namespace fastccg::protocols::responses {

/// Writes the conversation as the flat list `input`: messages, calls, their results and reasoning side by side.
class InputWriter {
 public:
  InputWriter(const Dialect& dialect, json::Writer& out, std::vector<Warning>& warnings);

  /// `stored_before`: the provider has the conversation up to here, so that results may stand without their calls.
  /// Throws `FastCCGError` (invalid_request) for a conversation that the API refuses: a tool call without a result, a
  /// result without its call, nothing to answer.
  void write(const std::vector<const Message*>& all, bool stored_before);

 private:
  bool is_sent(const Part& part);
  void write_message(const Message& message);
  void write_assistant(const Message& message);
  void write_assistant_text(const std::string& text, std::string& phase);
  void write_refusal(const std::string& text, bool own, std::string& phase);
  void write_call(const ToolCall& call, const std::map<std::string, std::string>& spaces);
  void write_content(const Part& part);
  void write_content(const Content& content);
  void write_text(std::string_view text);
  void write_image(const Image& image);
  void write_file(const File& file);
  void write_results(const std::vector<const Message*>& messages, std::size_t assistant);
  void write_loose_results(const Message& message);
  void write_result(const ToolResult& result, const std::string& call_id, bool custom);
  bool is_followed_by(const Part& part) const;
  bool is_item(const Opaque& opaque) const;
  bool is_replayable(const Opaque& opaque) const;

  const Dialect& dialect_;
  json::Writer& out_;
  std::vector<Warning>& warnings_;
  shared::CallIds ids_;
};

}  // namespace fastccg::protocols::responses

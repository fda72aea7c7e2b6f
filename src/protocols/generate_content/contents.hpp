#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"
#include "protocols/dialect.hpp"
#include "protocols/generate_content/family.hpp"
#include "protocols/shared/free_text_calls.hpp"

namespace fastccg::protocols::generate_content {

/// Writes instructions and conversation.
class ContentsWriter {
 public:
  ContentsWriter(const Request& request, const Dialect& dialect, const Family& family, std::string_view instructions,
                 json::Writer& out, std::vector<Warning>& warnings);

  /// Whether there is anything for the member `systemInstruction`.
  bool has_system() const noexcept { return family_.takes_system && !system_.empty(); }
  /// Its value.
  void write_system();
  /// The value of `contents`. Throws `FastCCGError` (invalid_request) for a conversation that no provider accepts: a
  /// tool call without a result, a result without its call, nothing to answer.
  void write_contents();

 private:
  using Calls = std::vector<std::pair<std::string, std::string>>;

  // A content opens with its first part, so that one without parts, which is refused, is never written.
  void open(std::string_view role);
  void close();
  json::Writer& begin_part(std::string_view role);

  void write_user(const Message& message);
  void write_assistant(const Message& message);
  void write_assistant_part(const Message& message, std::size_t index);
  void write_call(const ToolCall& call, std::string_view signature);
  void write_replayed(const Message& message, const Opaque& opaque);
  void write_results(std::size_t assistant, const Calls& calls);
  void write_response(const ToolResult& result);
  void write_content(const Content& content);
  void write_media(const Part& part, std::string_view role, std::string_view signature);
  void write_image(const Image& image, std::string_view role, std::string_view signature);
  void write_audio(const Audio& audio, std::string_view role, std::string_view signature);
  void write_file(const File& file, std::string_view role, std::string_view signature);
  void write_data(std::string_view mime, std::string_view bytes);
  void write_address(std::string_view uri, std::string_view mime);
  void end_part(std::string_view signature);

  /// The signature that belongs to the part, as JSON text; empty if there is none that may be sent.
  std::string_view signature_of(const Message& message, std::size_t index) const;
  bool is_replayable(const Opaque& opaque) const { return is_own(opaque.provider) && json::is_object(opaque.json); }
  bool is_own(std::string_view provider) const noexcept { return provider == dialect_.provider; }
  /// Whether signatures in the message are those of the model that is asked.
  bool is_same_model(const Message& message) const noexcept;

  const shared::KnownCalls known_;
  const std::vector<const Message*>& messages_;
  std::string_view model_;
  const Dialect& dialect_;
  const Family& family_;
  json::Writer& out_;
  std::vector<Warning>& warnings_;
  std::vector<std::string> system_;
  std::size_t first_ = 0;  // the first message that is not an instruction
  std::string_view role_;
  bool open_ = false;
  bool wrote_anything_ = false;
  bool step_has_call_ = false;  // whether the content being written has a call already
};

/// Whether tools may have this name.
bool is_tool_name(std::string_view name) noexcept;

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"
#include "protocols/dialect.hpp"
#include "protocols/shared/call_ids.hpp"

namespace fastccg::protocols::messages {

/// A conversation in the provider's words: turns of alternating roles, each a list of content blocks.
class Conversation {
 public:
  /// `system_in_place`: system messages that do not lead the conversation may stand where they are. `most_marks`: how
  /// many places may be marked for the prompt cache; of more, the last ones are. Throws
  /// `FastCCGError` (invalid_request) for a conversation that no provider accepts: a tool call without a result, a
  /// result without its call, nothing to answer. Messages and dialect must outlive this object.
  Conversation(const std::vector<const Message*>& messages, const Dialect& dialect, bool system_in_place,
               std::size_t most_marks, std::vector<Warning>& warnings);

  /// The text of the system messages that lead the conversation.
  const std::string& system() const noexcept { return system_; }
  /// Where the provider ran code for the turn that goes on; empty if that is of no concern.
  const std::string& container() const noexcept { return container_; }
  /// Whether a file is named by the id that the provider gave it.
  bool names_files() const noexcept { return names_files_; }
  /// Whether the model goes on with a turn in which it called tools without having thought before.
  bool continues_without_thinking() const noexcept;

  void write_to(json::Writer& out) const;

 private:
  class Turn {
   public:
    explicit Turn(Role role_) : role(role_) {}
    Role role;
    json::Writer blocks;
    bool has_results = false;
    bool has_thinking = false;
    bool takes_mark = false;  // whether the last block can be marked for the cache
  };
  using Calls = std::vector<std::pair<std::string, std::string>>;  // ids and names

  void survey();
  void add(std::size_t at);
  void add_system(const Message& message);
  void add_user(const Message& message);
  void add_assistant(std::size_t at);
  void add_results(std::size_t assistant, const Calls& calls);
  void add_parts(Role role, const Message& message);
  Turn& turn(Role role);

  // Blocks; in content.cpp. They return whether anything was written.
  void write_part(Role role, const Message& message, std::size_t at);
  void write_text(Role role, std::string_view text, const Opaque* citations);
  void write_image(const Image& image, json::Writer& out);
  void write_file(const File& file, json::Writer& out);
  void write_reasoning(const Reasoning& reasoning);
  void write_call(const ToolCall& call, const Opaque* caller);
  void write_opaque(Role role, const Opaque& opaque);
  void mark(const Opaque& cache_point);
  void write_result(const ToolResult& result);
  void write_result_content(const ToolResult& result, json::Writer& out);

  bool is_own(const Opaque& opaque) const noexcept { return opaque.provider == dialect_.provider; }
  /// The opaque part of that kind that belongs to the part before it, or null.
  const Opaque* follower(const Message& message, std::size_t at, std::string_view kind) const;
  bool is_abandoned(const Opaque& block) const;
  void warn(std::string_view setting, std::string_view why);

  const std::vector<const Message*>& messages_;
  const Dialect& dialect_;
  bool system_in_place_;
  std::vector<Warning>& warnings_;
  shared::CallIds ids_;
  std::string system_;
  std::string container_;
  bool names_files_ = false;
  std::size_t marks_to_skip_ = 0;  // of the prompt cache, the oldest
  std::vector<Turn> turns_;

  std::size_t current_ = 0;                      // the message being written
  std::size_t last_question_ = 0;                // the last message in which the user did more than answer tool calls
  const Part* last_part_ = nullptr;              // the last part of a conversation that the assistant ends
  std::set<std::string, std::less<>> answered_;  // ids of calls of the provider's own tools that have a result
  std::set<const Message*> results_taken_;
};

}  // namespace fastccg::protocols::messages

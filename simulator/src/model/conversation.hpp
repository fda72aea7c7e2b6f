#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fastccg::sim {

enum class Role { system, user, assistant, tool };

/// One message, in no provider's words.
class Turn {
 public:
  Turn() = default;
  Turn(Role role_, std::string text_) : role(role_), text(std::move(text_)) {}

  Role role = Role::user;
  std::string text;                      ///< All its text; for `tool` the result.
  std::string tool_name;                 ///< For `tool`: which tool the result comes from, where that is known.
  std::vector<std::string> attachments;  ///< What else the message carries: "image", "audio", "file".
};

class Tool {
 public:
  Tool() = default;

  std::string name;
  std::string description;
  boost::json::object schema;  ///< Of its arguments.
};

enum class ToolChoice { automatic, none, required, named };
enum class Format { text, json_object, json_schema };

/// What a request asks, as the engine needs it to make an answer.
class Conversation {
 public:
  Conversation() = default;

  std::string model;
  std::vector<Turn> turns;  ///< Oldest first, system text included.
  std::vector<Tool> tools;
  ToolChoice tool_choice = ToolChoice::automatic;
  std::string chosen_tool;  ///< For `named`.
  bool parallel_tool_calls = true;
  Format format = Format::text;
  boost::json::object schema;             ///< For `json_schema`.
  std::optional<std::size_t> max_tokens;  ///< Of thinking and answer together.
  std::vector<std::string> stop;
  std::size_t choices = 1;
  bool stream = false;
  bool thinks = false;  ///< The model spends tokens on thinking before it answers.

  /// The last message of the user; null if there is none.
  const Turn* last_user() const noexcept;
};

inline const Turn* Conversation::last_user() const noexcept {
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn)
    if (turn->role == Role::user) return &*turn;
  return nullptr;
}

}  // namespace fastccg::sim

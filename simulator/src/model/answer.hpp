#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fastccg::sim {

enum class Finish { stop, length, tool_calls, content_filter };

/// A call of a tool. Whoever renders it gives it an id in the provider's style, unless a script has set one.
class ToolCall {
 public:
  ToolCall() = default;
  ToolCall(std::string name_, std::string arguments_) : name(std::move(name_)), arguments(std::move(arguments_)) {}

  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text, cut if the answer ran into its limit.
};

class Usage {
 public:
  Usage() = default;

  std::size_t input = 0;
  std::size_t output = 0;     ///< Thinking included.
  std::size_t reasoning = 0;  ///< Of `output`.
};

/// What the simulated model says, in no provider's words.
class Answer {
 public:
  Answer() = default;

  std::string reasoning;
  std::string text;
  std::string refusal;
  std::string stop_sequence;  ///< The one that ended the answer, if one did.
  std::vector<ToolCall> tool_calls;
  Finish finish = Finish::stop;
  Usage usage;
};

}  // namespace fastccg::sim

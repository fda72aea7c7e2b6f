#pragma once

#include <string>
#include <string_view>

#include "personas/gemini/json_at.hpp"
#include "personas/persona.hpp"

namespace fastccg::sim::gemini {

/// What a request says beyond the conversation.
class Details {
 public:
  Details() = default;

  bool as_events = false;  ///< `alt=sse`; else a stream is a list that arrives piece by piece.
  bool shows_thoughts = false;
  bool is_newest = false;  ///< The model is of the generation that signs its answers and gives its calls ids.
};

/// Thrown by the checks below; what they find first is what is answered.
class Rejected {
 public:
  explicit Rejected(Problem problem_) : problem(std::move(problem_)) {}
  Problem problem;
};
[[noreturn]] void reject(std::string message, std::string field = "");

/// Whether the model is one of Gemini 3 or newer.
bool is_newest(std::string_view model) noexcept;

// The body is in camel case.
void check_fields(const json::object& body);
void check_contents(const json::object& body, bool wants_signatures);
Conversation to_conversation(const json::object& body, std::string model);

Response render_whole(const ChatPersona::Exchange& exchange, const Details& details);
Response render_stream(const ChatPersona::Exchange& exchange, const Details& details);
json::object error_body(const Problem& problem);

}  // namespace fastccg::sim::gemini

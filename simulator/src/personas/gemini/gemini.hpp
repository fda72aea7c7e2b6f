#pragma once

#include <string>
#include <string_view>

#include "personas/gemini/json_at.hpp"
#include "personas/persona.hpp"

namespace fastccg::sim::gemini {

/// What stands in a path behind `models/`: a model and what to do with it. Empty if the path has no such thing.
class Target {
 public:
  explicit Target(std::string_view path);

  bool streams() const { return method == "streamGenerateContent"; }
  bool is_ours() const { return streams() || method == "generateContent"; }

  std::string model;
  std::string_view method;  ///< Of the path that was given.
};

/// What a request says beyond the conversation.
class Details {
 public:
  Details() = default;

  bool as_events = false;  ///< `alt=sse`; else a stream is a list that arrives piece by piece.
  bool shows_thoughts = false;
  bool is_newest = false;  ///< The model is of the generation that signs its answers and gives its calls ids.
};

[[noreturn]] void reject(std::string message, std::string field = "");

/// Whether the model is one of Gemini 3 or newer.
bool is_newest(std::string_view model) noexcept;

/// The body of a request, in camel case.
json::object parse_object(const std::string& body);

// The body is in camel case.
void check_fields(const json::object& body);
void check_contents(const json::object& body, bool wants_signatures);
Conversation to_conversation(const json::object& body, std::string model);

Response render_whole(const ChatPersona::Exchange& exchange, const Details& details);
Response render_stream(const ChatPersona::Exchange& exchange, const Details& details);
Headers headers(std::uint64_t identity);
Response render_problem(const Problem& problem, std::uint64_t identity);
json::object error_body(const Problem& problem);

}  // namespace fastccg::sim::gemini

#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "personas/persona.hpp"

namespace fastccg::sim::anthropic {

namespace json = boost::json;

[[noreturn]] void reject(std::string message);

/// The generation that a model's name tells, such as 405 for 4.5; 0 if it tells none.
int generation_of(std::string_view model) noexcept;

json::object parse_object(const std::string& body);
/// Checks the fields of a request other than its messages.
void check_fields(const json::object& body, std::string_view model);
void check_tools(const json::object& body);
/// The fields have been checked.
void check_messages(const json::object& body, std::string_view model);

/// Whether the model thinks before it answers this request.
bool thinks(const json::object& body, std::string_view model);
/// What the service signs thinking with. It must come back with the text that it was made for.
std::string signature_of(std::string_view thinking);

/// Reads what the engine needs; what is missing or of the wrong type is passed over.
Conversation to_conversation(const json::object& body, std::string model);

Response render_whole(const ChatPersona::Exchange& exchange);
Response render_stream(const ChatPersona::Exchange& exchange);
Headers headers(std::uint64_t identity);
Response render_problem(const Problem& problem, std::uint64_t identity);
Headers render_come_back(const ComeBack& when);
json::object error_body(const Problem& problem);
/// One event of a stream.
std::string frame(std::string_view type, std::string_view data);

inline constexpr std::string_view last_frame_data = R"({"type":"message_stop"})";

}  // namespace fastccg::sim::anthropic

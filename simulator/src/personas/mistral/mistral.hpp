#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "personas/persona.hpp"

namespace fastccg::sim::mistral {

namespace json = boost::json;

/// Whether a request to a path that OpenAI has too is meant for Mistral: the path says so (`/mistral/...`), or the client
/// is Mistral's own, or under `/v1` the model is one of Mistral's.
bool is_meant(const Request& request);

/// A member of the wrong shape, as the layer says it that reads requests: `where` is its path, such as
/// "messages.0.role", and `type` a word such as "missing".
[[noreturn]] void refuse_shape(const std::string& where, std::string type, std::string message);
/// A request of the right shape that makes no sense to the service.
[[noreturn]] void refuse(std::string message, std::string type, std::string code);

json::object parse_object(const std::string& body);
void check_fields(const json::object& body);
void check_messages(const json::object& body);

bool thinks(const json::object& body, std::string_view model);
Conversation to_conversation(const json::object& body, std::string model);

Response render_whole(const ChatPersona::Exchange& exchange);
Response render_stream(const ChatPersona::Exchange& exchange);
Response render_problem(const Problem& problem, std::uint64_t identity);
std::string render_stream_problem(const Problem& problem);
Headers render_come_back(const ComeBack& when);
Headers headers(std::uint64_t identity);

}  // namespace fastccg::sim::mistral

#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "personas/openai_common.hpp"
#include "personas/openai_families.hpp"
#include "personas/openai_fields.hpp"

namespace fastccg::sim::openai_chat {

namespace json = boost::json;

/// What a Chat Completions request says beyond the conversation.
class Details {
 public:
  Details() = default;

  bool include_usage = false;
  bool include_obfuscation = true;
  bool logprobs = false;
  bool forced_function = false;  ///< `tool_choice` names one, after which OpenAI reports `stop`.
};

using openai::reject;
using openai::thinks;

/// Checks the fields of a request other than its messages. `strict` also refuses unknown fields, and what some models
/// do not take.
void check_fields(const json::object& body, std::string_view model, bool strict);
void check_messages(const json::value& messages);
/// JSON without a schema is only given to those who ask for it in words too. The messages have been checked.
void check_json_is_mentioned(const json::object& body);

/// Reads what the engine needs; what is missing or of the wrong type is passed over.
Conversation to_conversation(const json::object& body, std::string model);
Details to_details(const json::object& body);

Response render_whole(const ChatPersona::Exchange& exchange, const Details& details);
Response render_stream(const ChatPersona::Exchange& exchange, const Details& details);

/// Pieces that whole answers and streams share.
std::string_view finish_word(const Answer& answer, const Details& details);
json::object usage_of(const std::vector<Answer>& answers);
json::object logprobs_of(std::string_view token);
std::string call_id(const ToolCall& call, Random& random);

}  // namespace fastccg::sim::openai_chat

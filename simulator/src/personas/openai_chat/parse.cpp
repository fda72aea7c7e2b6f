#include <algorithm>
#include <map>

#include "model/json_at.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

void read_part(Turn& turn, const json::object& part) {
  const auto type = text_at(part, "type");
  if (type == "text") turn.text += text_at(part, "text");
  if (type == "refusal") turn.text += text_at(part, "refusal");
  if (type == "image_url") turn.attachments.emplace_back("image");
  if (type == "input_audio") turn.attachments.emplace_back("audio");
  // Mistral's name for it.
  if (type == "file" || type == "document_url") turn.attachments.emplace_back("file");
}

Role role_of(std::string_view name) {
  if (name == "system" || name == "developer") return Role::system;
  if (name == "assistant") return Role::assistant;
  return name == "tool" || name == "function" ? Role::tool : Role::user;
}

std::vector<Turn> read_messages(const json::array& messages) {
  std::vector<Turn> turns;
  std::map<std::string, std::string, std::less<>> called;  // tool names by call id
  for (const auto& value : messages) {
    if (!value.is_object()) continue;
    const auto& message = value.get_object();
    auto& turn = turns.emplace_back(role_of(text_at(message, "role")), std::string(text_at(message, "content")));
    for (const auto& part : array_at(message, "content"))
      if (part.is_object()) read_part(turn, part.get_object());
    for (const auto& call : array_at(message, "tool_calls"))
      if (call.is_object())
        called[std::string(text_at(call.get_object(), "id"))] =
            text_at(object_at(call.get_object(), "function"), "name");
    if (const auto found = called.find(text_at(message, "tool_call_id")); found != called.end())
      turn.tool_name = found->second;
  }
  return turns;
}

void read_tools(Conversation& conversation, const json::object& body) {
  for (const auto& value : array_at(body, "tools")) {
    if (!value.is_object()) continue;
    const auto& function = object_at(value.get_object(), "function");
    if (text_at(function, "name").empty()) continue;
    auto& tool = conversation.tools.emplace_back();
    tool.name = text_at(function, "name");
    tool.description = text_at(function, "description");
    tool.schema = object_at(function, "parameters");
    if (tool.schema.empty()) tool.schema["type"] = "object";
  }
  const auto word = text_at(body, "tool_choice");
  if (word == "none") conversation.tool_choice = ToolChoice::none;
  if (word == "required") conversation.tool_choice = ToolChoice::required;
  const auto& choice = object_at(body, "tool_choice");
  if (text_at(choice, "type") == "function") {
    conversation.tool_choice = ToolChoice::named;
    conversation.chosen_tool = text_at(object_at(choice, "function"), "name");
  }
  if (text_at(object_at(choice, "allowed_tools"), "mode") == "required")
    conversation.tool_choice = ToolChoice::required;
  conversation.parallel_tool_calls = flag_at(body, "parallel_tool_calls", true);
}

void read_format(Conversation& conversation, const json::object& body) {
  const auto& format = object_at(body, "response_format");
  if (text_at(format, "type") == "json_object") conversation.format = Format::json_object;
  if (text_at(format, "type") != "json_schema") return;
  conversation.format = Format::json_schema;
  conversation.schema = object_at(object_at(format, "json_schema"), "schema");
}

}  // namespace

Conversation to_conversation(const json::object& body, std::string model) {
  Conversation conversation;
  conversation.turns = read_messages(array_at(body, "messages"));
  read_tools(conversation, body);
  read_format(conversation, body);
  conversation.max_tokens = count_at(body, "max_completion_tokens");
  if (!conversation.max_tokens) conversation.max_tokens = count_at(body, "max_tokens");
  if (!text_at(body, "stop").empty()) conversation.stop.emplace_back(text_at(body, "stop"));
  for (const auto& stop : array_at(body, "stop"))
    if (stop.is_string()) conversation.stop.emplace_back(stop.get_string());
  constexpr std::size_t most_choices = 128;
  conversation.choices = std::clamp(count_at(body, "n").value_or(1), std::size_t{1}, most_choices);
  conversation.stream = flag_at(body, "stream");
  conversation.thinks = thinks(model, text_at(body, "reasoning_effort"));
  conversation.model = std::move(model);
  return conversation;
}

Details to_details(const json::object& body) {
  Details details;
  const auto& options = object_at(body, "stream_options");
  details.include_usage = flag_at(options, "include_usage");
  details.include_obfuscation = flag_at(options, "include_obfuscation", true);
  details.logprobs = flag_at(body, "logprobs");
  details.forced_function = text_at(object_at(body, "tool_choice"), "type") == "function";
  return details;
}

}  // namespace fastccg::sim::openai_chat

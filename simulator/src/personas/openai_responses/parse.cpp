#include <boost/json/serialize.hpp>
#include <map>

#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim::openai_responses {
namespace {

void read_part(Turn& turn, const json::object& part) {
  const auto type = text_at(part, "type");
  if (type == "input_text" || type == "output_text") turn.text += text_at(part, "text");
  if (type == "refusal") turn.text += text_at(part, "refusal");
  if (type == "input_image") turn.attachments.emplace_back("image");
  if (type == "input_file") turn.attachments.emplace_back("file");
  if (type == "input_audio") turn.attachments.emplace_back("audio");
}

void read_content(Turn& turn, const json::object& item, std::string_view name) {
  turn.text = text_at(item, name);
  for (const auto& part : array_at(item, name))
    if (part.is_object()) read_part(turn, part.get_object());
}

Role role_of(std::string_view name) {
  if (name == "assistant") return Role::assistant;
  return name == "system" || name == "developer" ? Role::system : Role::user;
}

std::vector<Turn> read_items(const json::array& items) {
  std::vector<Turn> turns;
  std::map<std::string, std::string, std::less<>> called;  // tool names by call id
  for (const auto& value : items) {
    if (!value.is_object()) continue;
    const auto& item = value.get_object();
    const auto type = item.contains("type") ? text_at(item, "type") : "message";
    if (type == "message") {
      read_content(turns.emplace_back(role_of(text_at(item, "role")), ""), item, "content");
    } else if (type == "function_call" || type == "custom_tool_call") {
      called[std::string(text_at(item, "call_id"))] = text_at(item, "name");
      turns.emplace_back(Role::assistant, "");
    } else if (type == "function_call_output" || type == "custom_tool_call_output") {
      auto& turn = turns.emplace_back(Role::tool, "");
      read_content(turn, item, "output");
      if (const auto found = called.find(text_at(item, "call_id")); found != called.end())
        turn.tool_name = found->second;
    }
  }
  return turns;
}

void read_tools(Conversation& conversation, const json::object& body) {
  for (const auto& value : array_at(body, "tools")) {
    if (!value.is_object() || text_at(value.get_object(), "type") != "function") continue;
    const auto& source = value.get_object();
    auto& tool = conversation.tools.emplace_back();
    tool.name = text_at(source, "name");
    tool.description = text_at(source, "description");
    tool.schema = object_at(source, "parameters");
    if (tool.schema.empty()) tool.schema["type"] = "object";
  }
  const auto word = text_at(body, "tool_choice");
  if (word == "none") conversation.tool_choice = ToolChoice::none;
  if (word == "required") conversation.tool_choice = ToolChoice::required;
  const auto& choice = object_at(body, "tool_choice");
  if (text_at(choice, "type") == "function") {
    conversation.tool_choice = ToolChoice::named;
    conversation.chosen_tool = text_at(choice, "name");
  }
  if (text_at(choice, "type") == "allowed_tools" && text_at(choice, "mode") == "required")
    conversation.tool_choice = ToolChoice::required;
  conversation.parallel_tool_calls = flag_at(body, "parallel_tool_calls", true);
}

}  // namespace

json::array items_of(const json::object& body) {
  const auto* input = body.if_contains("input");
  if (input != nullptr && input->is_array()) return input->get_array();
  if (input == nullptr || input->is_null()) return {};
  if (!input->is_string())
    reject("Invalid type for 'input': expected a string or an array of input items.", "input", "invalid_type");
  return {json::object{{"role", "user"}, {"content", input->get_string()}}};
}

bool thinks(const json::object& body, std::string_view model) {
  return openai::thinks(model, text_at(object_at(body, "reasoning"), "effort"));
}

Conversation to_conversation(const json::object& body, const json::array& items, std::string model) {
  Conversation conversation;
  if (const auto instructions = text_at(body, "instructions"); !instructions.empty())
    conversation.turns.emplace_back(Role::system, std::string(instructions));
  for (auto& turn : read_items(items)) conversation.turns.push_back(std::move(turn));
  read_tools(conversation, body);
  const auto& format = object_at(object_at(body, "text"), "format");
  if (text_at(format, "type") == "json_object") conversation.format = Format::json_object;
  if (text_at(format, "type") == "json_schema") {
    conversation.format = Format::json_schema;
    conversation.schema = object_at(format, "schema");
  }
  conversation.max_tokens = count_at(body, "max_output_tokens");
  conversation.stream = flag_at(body, "stream");
  conversation.thinks = thinks(body, model);
  conversation.model = std::move(model);
  return conversation;
}

}  // namespace fastccg::sim::openai_responses

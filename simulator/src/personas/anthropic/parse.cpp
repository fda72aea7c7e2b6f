#include <map>

#include "model/json_at.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim::anthropic {
namespace {

std::string text_of(const json::value* content) {
  if (content == nullptr) return {};
  if (content->is_string()) return std::string(content->get_string());
  std::string text;
  if (content->is_array())
    for (const auto& block : content->get_array())
      if (block.is_object()) text += text_at(block.get_object(), "text");
  return text;
}

// Makes turns of messages. One message can hold several: each result of a tool is one of its own.
class Reader {
 public:
  void read(const json::object& message) {
    const auto name = text_at(message, "role");
    const auto role = name == "assistant" ? Role::assistant : name == "system" ? Role::system : Role::user;
    const auto* content = message.if_contains("content");
    if (content == nullptr) return;
    if (content->is_string()) {
      turns.emplace_back(role, std::string(content->get_string()));
      return;
    }
    Turn turn(role, "");
    bool only_results = true;
    for (const auto& value : array_at(message, "content")) {
      if (!value.is_object()) continue;
      const bool is_result = read_block(value.get_object(), turn);
      only_results = only_results && is_result;
    }
    if (!only_results) turns.push_back(std::move(turn));
  }

  std::vector<Turn> turns;

 private:
  /// Returns whether it is a result.
  bool read_block(const json::object& block, Turn& turn) {
    const auto type = text_at(block, "type");
    if (type == "tool_result") {
      auto& result = turns.emplace_back(Role::tool, text_of(block.if_contains("content")));
      if (const auto found = called_.find(text_at(block, "tool_use_id")); found != called_.end())
        result.tool_name = found->second;
      return true;
    }
    if (type == "text") turn.text += text_at(block, "text");
    if (type == "tool_use") called_[std::string(text_at(block, "id"))] = text_at(block, "name");
    if (type == "image") turn.attachments.emplace_back("image");
    if (type == "document") turn.attachments.emplace_back("file");
    return false;
  }

  std::map<std::string, std::string, std::less<>> called_;  // tool names by call id
};

void read_tools(Conversation& conversation, const json::object& body) {
  for (const auto& value : array_at(body, "tools")) {
    if (!value.is_object() || value.get_object().if_contains("input_schema") == nullptr) continue;
    auto& tool = conversation.tools.emplace_back();
    tool.name = text_at(value.get_object(), "name");
    tool.description = text_at(value.get_object(), "description");
    tool.schema = object_at(value.get_object(), "input_schema");
  }
  const auto& choice = object_at(body, "tool_choice");
  const auto type = text_at(choice, "type");
  if (type == "none") conversation.tool_choice = ToolChoice::none;
  if (type == "any") conversation.tool_choice = ToolChoice::required;
  if (type == "tool") {
    conversation.tool_choice = ToolChoice::named;
    conversation.chosen_tool = text_at(choice, "name");
  }
  conversation.parallel_tool_calls = !flag_at(choice, "disable_parallel_tool_use");
}

}  // namespace

bool thinks(const json::object& body, std::string_view model) {
  const auto type = text_at(object_at(body, "thinking"), "type");
  if (type.empty()) return model.find("sonnet-5") != std::string_view::npos;
  return type != "disabled";
}

Conversation to_conversation(const json::object& body, std::string model) {
  Conversation conversation;
  Reader reader;
  if (const auto system = text_of(body.if_contains("system")); !system.empty())
    reader.turns.emplace_back(Role::system, system);
  for (const auto& message : array_at(body, "messages"))
    if (message.is_object()) reader.read(message.get_object());
  conversation.turns = std::move(reader.turns);
  read_tools(conversation, body);
  const auto& format = object_at(object_at(body, "output_config"), "format");
  if (text_at(format, "type") == "json_schema") {
    conversation.format = Format::json_schema;
    conversation.schema = object_at(format, "schema");
  }
  conversation.max_tokens = count_at(body, "max_tokens");
  for (const auto& stop : array_at(body, "stop_sequences"))
    if (stop.is_string()) conversation.stop.emplace_back(stop.get_string());
  conversation.stream = flag_at(body, "stream");
  conversation.thinks = thinks(body, model);
  conversation.model = std::move(model);
  return conversation;
}

}  // namespace fastccg::sim::anthropic

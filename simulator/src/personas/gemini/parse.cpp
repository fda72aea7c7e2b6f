#include <algorithm>
#include <boost/json/serialize.hpp>

#include "personas/gemini/gemini.hpp"

namespace fastccg::sim::gemini {
namespace {

// What a tool answered: the text of a result that is nothing but one, else all of it.
std::string result_text(const json::object& response) {
  const auto& result = object_at(response, "response");
  for (const auto* name : {"output", "result", "error"})
    if (result.size() == 1 && !text_at(result, name).empty()) return std::string(text_at(result, name));
  return json::serialize(result);
}

std::string_view attachment_of(std::string_view mime) {
  if (mime.substr(0, 6) == "image/") return "image";
  return mime.substr(0, 6) == "audio/" ? "audio" : "file";
}

void read_content(std::vector<Turn>& turns, const json::object& content) {
  Turn turn(text_at(content, "role") == "model" ? Role::assistant : Role::user, "");
  bool speaks = false;
  for (const auto& value : array_at(content, "parts")) {
    if (!value.is_object()) continue;
    const auto& part = value.get_object();
    const auto& response = object_at(part, "functionResponse");
    if (!response.empty()) {
      turns.emplace_back(Role::tool, result_text(response)).tool_name = text_at(response, "name");
      continue;
    }
    speaks = true;
    const auto* thought = part.if_contains("thought");
    if (thought == nullptr || *thought != true) turn.text += text_at(part, "text");
    for (const auto* name : {"inlineData", "fileData"})
      if (part.contains(name)) turn.attachments.emplace_back(attachment_of(text_at(object_at(part, name), "mimeType")));
  }
  if (speaks) turns.push_back(std::move(turn));
}

// The older way to write a schema has its types in capitals.
json::value lowered_types(const json::value& schema) {
  if (schema.is_array()) {
    json::array list;
    for (const auto& element : schema.get_array()) list.push_back(lowered_types(element));
    return list;
  }
  if (!schema.is_object()) return schema;
  json::object result;
  for (const auto& [key, value] : schema.get_object()) {
    if (key == "type" && value.is_string())
      result[key] = to_lower(value.get_string());
    else
      result[key] = lowered_types(value);
  }
  return result;
}

json::object schema_at(const json::object& object, std::string_view modern, std::string_view older) {
  if (object.contains(modern)) return object_at(object, modern);
  return lowered_types(object_at(object, older)).get_object();
}

void read_tools(Conversation& conversation, const json::object& body) {
  for (const auto& value : array_at(body, "tools")) {
    if (!value.is_object()) continue;
    for (const auto& each : array_at(value.get_object(), "functionDeclarations")) {
      if (!each.is_object() || text_at(each.get_object(), "name").empty()) continue;
      const auto& declaration = each.get_object();
      auto& tool = conversation.tools.emplace_back();
      tool.name = text_at(declaration, "name");
      tool.description = text_at(declaration, "description");
      tool.schema = schema_at(declaration, "parametersJsonSchema", "parameters");
    }
  }
  const auto& calling = object_at(object_at(body, "toolConfig"), "functionCallingConfig");
  const auto mode = to_lower(text_at(calling, "mode"));
  const auto& allowed = array_at(calling, "allowedFunctionNames");
  if (mode == "none") conversation.tool_choice = ToolChoice::none;
  if (mode == "any") conversation.tool_choice = ToolChoice::required;
  if (mode == "any" && allowed.size() == 1 && allowed.front().is_string()) {
    conversation.tool_choice = ToolChoice::named;
    conversation.chosen_tool = allowed.front().get_string();
  }
}

void read_config(Conversation& conversation, const json::object& config) {
  conversation.max_tokens = count_at(config, "maxOutputTokens");
  for (const auto& stop : array_at(config, "stopSequences"))
    if (stop.is_string()) conversation.stop.emplace_back(stop.get_string());
  constexpr std::size_t most_choices = 8;
  conversation.choices = std::clamp(count_at(config, "candidateCount").value_or(1), std::size_t{1}, most_choices);
  if (text_at(config, "responseMimeType") != "application/json") return;
  conversation.schema = schema_at(config, "responseJsonSchema", "responseSchema");
  conversation.format = conversation.schema.empty() ? Format::json_object : Format::json_schema;
}

// All models since 2.5 think unless they are told not to.
bool thinks(std::string_view model, const json::object& config) {
  if (model.substr(0, 10) == "gemini-1.5" || model.substr(0, 10) == "gemini-2.0" || model.substr(0, 5) == "gemma")
    return false;
  return number_at(object_at(config, "thinkingConfig"), "thinkingBudget").value_or(-1) != 0;
}

}  // namespace

Conversation to_conversation(const json::object& body, std::string model) {
  Conversation conversation;
  std::string system;
  for (const auto& part : array_at(object_at(body, "systemInstruction"), "parts"))
    if (part.is_object()) system += text_at(part.get_object(), "text");
  if (!system.empty()) conversation.turns.emplace_back(Role::system, system);
  for (const auto& content : array_at(body, "contents"))
    if (content.is_object()) read_content(conversation.turns, content.get_object());
  read_tools(conversation, body);
  const auto& config = object_at(body, "generationConfig");
  read_config(conversation, config);
  conversation.thinks = thinks(model, config);
  conversation.model = std::move(model);
  return conversation;
}

}  // namespace fastccg::sim::gemini

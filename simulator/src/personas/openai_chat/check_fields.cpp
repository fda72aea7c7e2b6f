#include <algorithm>
#include <array>

#include "model/json_at.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

using namespace openai;

constexpr std::array fields{
    Field{"audio", Type::object},
    Field{"frequency_penalty", Type::number, -2, 2},
    Field{"function_call", Type::any},
    Field{"functions", Type::array},
    Field{"logit_bias", Type::object},
    Field{"logprobs", Type::flag},
    Field{"max_completion_tokens", Type::integer, 1},
    Field{"max_tokens", Type::integer, 1},
    Field{"messages", Type::array},
    Field{"metadata", Type::object},
    Field{"modalities", Type::array},
    Field{"model", Type::text},
    Field{"moderation", Type::object},
    Field{"n", Type::integer, 1, 128},
    Field{"parallel_tool_calls", Type::flag},
    Field{"prediction", Type::object},
    Field{"presence_penalty", Type::number, -2, 2},
    Field{"prompt_cache_key", Type::text},
    Field{"prompt_cache_options", Type::object},
    Field{"prompt_cache_retention", Type::text},
    Field{"reasoning_effort", Type::text},
    Field{"response_format", Type::object},
    Field{"safety_identifier", Type::text},
    Field{"seed", Type::integer},
    Field{"service_tier", Type::text},
    Field{"stop", Type::any},
    Field{"store", Type::flag},
    Field{"stream", Type::flag},
    Field{"stream_options", Type::object},
    Field{"temperature", Type::number, 0, 2},
    Field{"tool_choice", Type::any},
    Field{"tools", Type::array},
    Field{"top_logprobs", Type::integer, 0, 20},
    Field{"top_p", Type::number, 0, 1},
    Field{"user", Type::text},
    Field{"verbosity", Type::text},
    Field{"web_search_options", Type::object},
};

void check_stop(const json::object& body) {
  const auto* stop = present(body, "stop");
  if (stop == nullptr || stop->is_string()) return;
  const auto* list = stop->if_array();
  if (list == nullptr || !std::all_of(list->begin(), list->end(), [](const auto& each) { return each.is_string(); }))
    reject("Invalid type for 'stop': expected a string or an array of strings.", "stop", "invalid_type");
  constexpr std::size_t most = 4;
  if (list->size() > most)
    reject("Invalid 'stop': array too long. Expected an array with maximum length 4.", "stop",
           "array_above_max_length");
}

void check_stream_options(const json::object& body) {
  if (present(body, "stream_options") == nullptr) return;
  const auto* stream = present(body, "stream");
  if (stream == nullptr || !stream->get_bool())
    reject("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
}

void check_tool(const json::value& value, const std::string& where) {
  const auto* tool = value.if_object();
  if (tool == nullptr) reject("Invalid type for '" + where + "': expected an object.", where, "invalid_type");
  const auto* type = present(*tool, "type");
  if (type == nullptr)
    reject("Missing required parameter: '" + where + ".type'.", where + ".type", "missing_required_parameter");
  check_word(*tool, "type", {"function", "custom"});
  const std::string kind = type->is_string() ? std::string(type->get_string()) : "function";
  const auto* inner = present(*tool, kind);
  if (inner == nullptr || !inner->is_object())
    reject("Missing required parameter: '" + where + "." + kind + "'.", where + "." + kind,
           "missing_required_parameter");
  check_name(inner->get_object(), where + "." + kind);
  const auto* parameters = present(inner->get_object(), "parameters");
  if (parameters != nullptr && !parameters->is_object())
    reject("Invalid type for '" + where + ".function.parameters': expected an object.", where + ".function.parameters",
           "invalid_type");
}

void check_tools(const json::object& body) {
  const auto* tools = present(body, "tools");
  if (tools != nullptr) {
    const auto& list = tools->get_array();
    if (list.empty())
      reject("Invalid 'tools': empty array. Expected an array with minimum length 1.", "tools", "empty_array");
    for (std::size_t i = 0; i < list.size(); ++i) check_tool(list[i], "tools[" + std::to_string(i) + "]");
  }
  const auto* choice = present(body, "tool_choice");
  if (choice == nullptr) return;
  if (tools == nullptr)
    reject("Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice");
  check_word(body, "tool_choice", {"none", "auto", "required"});
  const auto* named = choice->if_object();
  const auto* function = named == nullptr ? nullptr : present(*named, "function");
  if (function == nullptr || !function->is_object()) return;
  check_name(function->get_object(), "tool_choice.function");
  const std::string_view name = function->at("name").get_string();
  for (const auto& tool : tools->get_array()) {
    const auto* offered = present(tool.get_object(), "function");
    if (offered != nullptr && std::string_view(offered->at("name").get_string()) == name) return;
  }
  reject("Tool choice 'function' not found in 'tools' parameter.", "tool_choice");
}

void check_format(const json::object& body) {
  const auto* value = present(body, "response_format");
  if (value == nullptr) return;
  const auto& format = value->get_object();
  if (present(format, "type") == nullptr)
    reject("Missing required parameter: 'response_format.type'.", "response_format.type", "missing_required_parameter");
  const auto* type = present(format, "type")->if_string();
  const std::string_view word = type == nullptr ? std::string_view() : std::string_view(*type);
  if (word != "text" && word != "json_object" && word != "json_schema")
    reject("Invalid value for 'response_format.type'. Supported values are: 'text', 'json_object', 'json_schema'.",
           "response_format.type", "invalid_value");
  if (word != "json_schema") return;
  const auto* schema = present(format, "json_schema");
  if (schema == nullptr || !schema->is_object())
    reject("Missing required parameter: 'response_format.json_schema'.", "response_format.json_schema",
           "missing_required_parameter");
  check_name(schema->get_object(), "response_format.json_schema");
}

void check_strict_schemas(const json::object& body) {
  const auto& tools = array_at(body, "tools");
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto& function = object_at(tools[i].get_object(), "function");
    if (flag_at(function, "strict"))
      check_strict_schema(object_at(function, "parameters"),
                          "function '" + std::string(text_at(function, "name")) + "'",
                          "tools[" + std::to_string(i) + "].function.parameters", "invalid_function_parameters");
  }
  const auto& format = object_at(object_at(body, "response_format"), "json_schema");
  if (flag_at(format, "strict"))
    check_strict_schema(object_at(format, "schema"), "response_format '" + std::string(text_at(format, "name")) + "'",
                        "response_format", "invalid_json_schema");
}

void check_model_limits(const json::object& body, std::string_view model) {
  if (takes_sampling_always(model)) return;
  if (present(body, "max_tokens") != nullptr)
    reject("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
           "max_tokens", "unsupported_parameter");
  const auto* effort = present(body, "reasoning_effort");
  const std::string_view word = effort == nullptr ? std::string_view() : std::string_view(effort->get_string());
  if (!thinks(model, word)) return;
  for (const auto* name : {"temperature", "top_p", "frequency_penalty", "presence_penalty"}) {
    const auto* value = present(body, name);
    if (value == nullptr) continue;
    const double standard = name[0] == 't' ? 1 : 0;
    if (value->to_number<double>() == standard) continue;
    reject("Unsupported value: '" + std::string(name) +
               "' does not support this value with this model. Only the default (" + (standard == 0 ? "0" : "1") +
               ") value is supported.",
           name, "unsupported_value");
  }
  for (const auto* name : {"logit_bias", "logprobs", "top_logprobs"})
    if (present(body, name) != nullptr)
      reject("Unsupported parameter: '" + std::string(name) + "' is not supported with this model.", name,
             "unsupported_parameter");
}

}  // namespace

void check_fields(const json::object& body, std::string_view model, bool strict) {
  check_types(body, fields, strict);
  if (body.if_contains("messages") == nullptr)
    reject("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
  if (present(body, "max_tokens") != nullptr && present(body, "max_completion_tokens") != nullptr)
    reject("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens",
           "invalid_parameter_combination");
  if (strict) check_word(body, "reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh", "max"});
  if (strict) check_word(body, "verbosity", {"low", "medium", "high"});
  if (strict) check_word(body, "service_tier", {"auto", "default", "flex", "scale", "priority", "fast"});
  check_stop(body);
  check_stream_options(body);
  check_tools(body);
  check_format(body);
  const auto* logprobs = present(body, "logprobs");
  if (present(body, "top_logprobs") != nullptr && (logprobs == nullptr || !logprobs->get_bool()))
    reject("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs");
  if (strict) check_strict_schemas(body);
  if (strict) check_model_limits(body, model);
}

}  // namespace fastccg::sim::openai_chat

#include <algorithm>
#include <array>

#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim::openai_responses {
namespace {

using namespace openai;

constexpr std::array fields{
    Field{"background", Type::flag},
    Field{"context_management", Type::array},
    Field{"conversation", Type::any},
    Field{"include", Type::array},
    Field{"input", Type::any},
    Field{"instructions", Type::text},
    Field{"max_output_tokens", Type::integer, 16},
    Field{"max_tool_calls", Type::integer, 1},
    Field{"metadata", Type::object},
    Field{"model", Type::text},
    Field{"moderation", Type::object},
    Field{"parallel_tool_calls", Type::flag},
    Field{"previous_response_id", Type::text},
    Field{"prompt", Type::object},
    Field{"prompt_cache_key", Type::text},
    Field{"prompt_cache_options", Type::object},
    Field{"prompt_cache_retention", Type::text},
    Field{"reasoning", Type::object},
    Field{"safety_identifier", Type::text},
    Field{"service_tier", Type::text},
    Field{"store", Type::flag},
    Field{"stream", Type::flag},
    Field{"stream_options", Type::object},
    Field{"temperature", Type::number, 0, 2},
    Field{"text", Type::object},
    Field{"tool_choice", Type::any},
    Field{"tools", Type::array},
    Field{"top_logprobs", Type::integer, 0, 20},
    Field{"top_p", Type::number, 0, 1},
    Field{"truncation", Type::text},
    Field{"user", Type::text},
};

constexpr std::array hosted_tools{"apply_patch",
                                  "code_interpreter",
                                  "computer",
                                  "computer_use_preview",
                                  "custom",
                                  "file_search",
                                  "image_generation",
                                  "local_shell",
                                  "mcp",
                                  "namespace",
                                  "shell",
                                  "tool_search",
                                  "web_search",
                                  "web_search_2025_08_26",
                                  "web_search_preview",
                                  "web_search_preview_2025_03_11"};

constexpr std::array includable{"code_interpreter_call.outputs",  "computer_call_output.output.image_url",
                                "file_search_call.results",       "message.input_image.image_url",
                                "message.output_text.logprobs",   "reasoning.encrypted_content",
                                "web_search_call.action.sources", "web_search_call.results"};

void check_tool(const json::value& value, const std::string& where, bool strict) {
  const auto* tool = value.if_object();
  if (tool == nullptr) reject("Invalid type for '" + where + "': expected an object.", where, "invalid_type");
  const auto type = text_at(*tool, "type");
  if (type.empty()) missing(where + ".type");
  const bool is_hosted = std::ranges::find(hosted_tools, type) != hosted_tools.end();
  if (type != "function" && !is_hosted)
    reject("Invalid value: '" + std::string(prefix(type, 100)) + "'. It is no type of tool.", where + ".type",
           "invalid_value");
  // The names that the other protocol has one level deeper.
  if (type == "function" && present(*tool, "name") == nullptr && tool->contains("function")) missing(where + ".name");
  if (type != "function" && type != "custom") return;
  check_name(*tool, where);
  const auto* parameters = present(*tool, "parameters");
  if (parameters == nullptr) return;
  if (!parameters->is_object())
    reject("Invalid type for '" + where + ".parameters': expected an object.", where + ".parameters", "invalid_type");
  if (strict && flag_at(*tool, "strict"))
    check_strict_schema(parameters->get_object(), "function '" + std::string(text_at(*tool, "name")) + "'",
                        where + ".parameters", "invalid_function_parameters");
}

void check_tools(const json::object& body, bool strict) {
  const auto& tools = array_at(body, "tools");
  for (std::size_t i = 0; i < tools.size(); ++i) check_tool(tools[i], "tools[" + std::to_string(i) + "]", strict);
  const auto* choice = present(body, "tool_choice");
  if (choice == nullptr) return;
  check_word(body, "tool_choice", {"none", "auto", "required"});
  if (tools.empty() && choice->is_string() && choice->get_string() == "required")
    reject("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice");
  const auto& chosen = object_at(body, "tool_choice");
  if (text_at(chosen, "type") != "function") return;
  const auto name = text_at(chosen, "name");
  if (name.empty()) missing("tool_choice.name");
  const bool is_offered = std::ranges::any_of(
      tools, [name](const json::value& tool) { return text_at(tool.get_object(), "name") == name; });
  if (!is_offered) reject("Tool choice 'function' not found in 'tools' parameter.", "tool_choice");
}

void check_text(const json::object& body, bool strict) {
  const auto& text = object_at(body, "text");
  check_word(text, "verbosity", {"low", "medium", "high"}, "text.verbosity");
  const auto* value = present(text, "format");
  if (value == nullptr) return;
  if (!value->is_object()) reject("Invalid type for 'text.format': expected an object.", "text.format", "invalid_type");
  const auto& format = value->get_object();
  if (present(format, "type") == nullptr) missing("text.format.type");
  check_word(format, "type", {"text", "json_object", "json_schema"}, "text.format.type");
  if (text_at(format, "type") != "json_schema") return;
  check_name(format, "text.format");
  const auto* schema = present(format, "schema");
  if (schema == nullptr || !schema->is_object()) missing("text.format.schema");
  if (strict && flag_at(format, "strict"))
    check_strict_schema(schema->get_object(), "response_format '" + std::string(text_at(format, "name")) + "'",
                        "text.format.schema", "invalid_json_schema");
}

void check_include(const json::object& body) {
  const auto& include = array_at(body, "include");
  for (std::size_t i = 0; i < include.size(); ++i) {
    const auto word = include[i].is_string() ? std::string_view(include[i].get_string()) : std::string_view();
    if (std::ranges::find(includable, word) == includable.end())
      reject("Invalid value: '" + std::string(prefix(word, 100)) + "'. It is nothing that can be included.",
             "include[" + std::to_string(i) + "]", "invalid_value");
  }
}

void check_model_limits(const json::object& body, std::string_view model) {
  const auto& reasoning = object_at(body, "reasoning");
  const bool may_think = !takes_sampling_always(model);
  for (const auto* name : {"effort", "summary"})
    if (!may_think && present(reasoning, name) != nullptr)
      reject("Unsupported parameter: 'reasoning." + std::string(name) + "' is not supported with this model.",
             "reasoning." + std::string(name), "unsupported_parameter");
  if (!openai_responses::thinks(body, model)) return;
  for (const auto* name : {"temperature", "top_p"}) {
    const auto* value = present(body, name);
    if (value != nullptr && value->to_number<double>() != 1)
      reject("Unsupported parameter: '" + std::string(name) + "' is not supported with this model.", name);
  }
}

}  // namespace

void check_fields(const json::object& body, std::string_view model, bool strict) {
  check_types(body, fields, strict);
  const bool continues = present(body, "previous_response_id") != nullptr;
  if (present(body, "input") == nullptr && !continues && present(body, "conversation") == nullptr &&
      present(body, "prompt") == nullptr)
    reject("One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided.", "input",
           "missing_required_parameter");
  if (continues && present(body, "conversation") != nullptr)
    reject("Only one of 'previous_response_id' and 'conversation' may be provided.", "previous_response_id",
           "mutually_exclusive_parameters");
  const auto& reasoning = object_at(body, "reasoning");
  if (strict) {
    check_word(reasoning, "effort", {"none", "minimal", "low", "medium", "high", "xhigh", "max"}, "reasoning.effort");
    check_word(reasoning, "summary", {"auto", "concise", "detailed"}, "reasoning.summary");
    check_word(body, "truncation", {"auto", "disabled"});
    check_word(body, "service_tier", {"auto", "default", "flex", "scale", "priority", "fast"});
    for (const auto& [name, value] : object_at(body, "stream_options"))
      if (name != "include_obfuscation")
        reject("Unknown parameter: 'stream_options." + std::string(name) + "'.", "stream_options." + std::string(name),
               "unknown_parameter");
    check_include(body);
  }
  check_tools(body, strict);
  check_text(body, strict);
  if (strict) check_model_limits(body, model);
}

}  // namespace fastccg::sim::openai_responses

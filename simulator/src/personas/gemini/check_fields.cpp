#include <algorithm>
#include <array>

#include "personas/gemini/gemini.hpp"

namespace fastccg::sim::gemini {
namespace {

constexpr std::array body_names{
    "cachedContent", "contents", "generationConfig",  "labels",     "model", "safetySettings",
    "serviceTier",   "store",    "systemInstruction", "toolConfig", "tools"};
constexpr std::array config_names{"audioTimestamp",
                                  "candidateCount",
                                  "enableEnhancedCivicAnswers",
                                  "frequencyPenalty",
                                  "imageConfig",
                                  "logprobs",
                                  "maxOutputTokens",
                                  "mediaResolution",
                                  "presencePenalty",
                                  "responseFormat",
                                  "responseJsonSchema",
                                  "responseLogprobs",
                                  "responseMimeType",
                                  "responseModalities",
                                  "responseSchema",
                                  "seed",
                                  "speechConfig",
                                  "stopSequences",
                                  "temperature",
                                  "thinkingConfig",
                                  "topK",
                                  "topP"};
constexpr std::array declaration_names{"behavior", "description",       "name", "parameters", "parametersJsonSchema",
                                       "response", "responseJsonSchema"};
constexpr std::array calling_names{"allowedFunctionNames", "mode"};
constexpr std::array thinking_names{"includeThoughts", "thinkingBudget", "thinkingLevel"};

template <std::size_t N>
void check_names(const json::object& object, const std::array<const char*, N>& known, const std::string& where) {
  for (const auto& [key, value] : object) {
    const std::string name(key);
    if (std::none_of(known.begin(), known.end(), [&name](const char* each) { return name == each; }))
      reject("Invalid JSON payload received. Unknown name \"" + name + "\"" +
                 (where.empty() ? "" : " at '" + where + "'") + ": Cannot find field.",
             where);
  }
}

void check_range(const json::object& config, const char* name, double least, double most) {
  const auto* value = config.if_contains(name);
  if (value == nullptr || value->is_null()) return;
  const std::string field = "generation_config." + std::string(name);
  if (!value->is_number()) reject("Invalid value at '" + field + "': a number is expected.", field);
  const auto number = value->to_number<double>();
  if (number < least || number > most) reject("Unable to submit request because " + field + " is out of range.", field);
}

void check_config(const json::object& config) {
  check_names(config, config_names, "generation_config");
  check_range(config, "temperature", 0, 2);
  check_range(config, "topP", 0, 1);
  check_range(config, "topK", 1, 1e9);
  check_range(config, "maxOutputTokens", 1, 1e9);
  check_range(config, "candidateCount", 1, 8);
  check_range(config, "seed", -2147483648.0, 2147483647.0);
  check_range(config, "logprobs", 0, 20);
  if (array_at(config, "stopSequences").size() > 5)
    reject("The number of stop sequences must be at most 5.", "generation_config.stop_sequences");
  if (config.contains("responseSchema") && config.contains("responseJsonSchema"))
    reject("Only one of response_schema and response_json_schema may be set.", "generation_config");
  const bool has_schema = config.contains("responseSchema") || config.contains("responseJsonSchema");
  if (has_schema && text_at(config, "responseMimeType") != "application/json")
    reject("A response schema needs the response mime type application/json.", "generation_config.response_mime_type");
  const auto& thinking = object_at(config, "thinkingConfig");
  check_names(thinking, thinking_names, "generation_config.thinking_config");
  if (thinking.contains("thinkingBudget") && thinking.contains("thinkingLevel"))
    reject("Only one of thinking budget and thinking level may be set.", "generation_config.thinking_config");
}

bool is_name(std::string_view name) {
  const auto begins = [](char c) { return is_lower(lower(c)) || c == '_'; };
  return !name.empty() && name.size() <= 128 && begins(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return begins(c) || is_digit(c) || c == '.' || c == ':' || c == '-'; });
}

void check_declaration(const json::value& value, const std::string& where) {
  const auto* declaration = value.if_object();
  if (declaration == nullptr) reject("Invalid value at '" + where + "': an object is expected.", where);
  check_names(*declaration, declaration_names, where);
  if (!is_name(text_at(*declaration, "name")))
    reject("Invalid function name at '" + where +
               "'. It must start with a letter or an underscore, hold only letters, "
               "digits, '_', '.', ':' and '-', and have at most 128 characters.",
           where + ".name");
  if (declaration->contains("parameters") && declaration->contains("parametersJsonSchema"))
    reject("Only one of parameters and parameters_json_schema may be set.", where);
}

void check_tools(const json::object& body) {
  const auto& tools = array_at(body, "tools");
  bool declares = false;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto where = "tools[" + std::to_string(i) + "]";
    const auto* tool = tools[i].if_object();
    if (tool == nullptr) reject("Invalid value at '" + where + "': an object is expected.", where);
    const auto& declarations = array_at(*tool, "functionDeclarations");
    declares = declares || !declarations.empty();
    for (std::size_t k = 0; k < declarations.size(); ++k)
      check_declaration(declarations[k], where + ".function_declarations[" + std::to_string(k) + "]");
  }
  const auto& calling = object_at(object_at(body, "toolConfig"), "functionCallingConfig");
  check_names(calling, calling_names, "tool_config.function_calling_config");
  const auto mode = to_lower(text_at(calling, "mode"));
  if (!mode.empty() && mode != "auto" && mode != "any" && mode != "none" && mode != "validated")
    reject("Invalid value at 'tool_config.function_calling_config.mode'.", "tool_config.function_calling_config.mode");
  if (mode == "any" && !declares)
    reject("Function calling mode ANY needs function declarations.", "tool_config.function_calling_config.mode");
  if (calling.contains("allowedFunctionNames") && mode != "any" && mode != "validated")
    reject("Allowed function names need the mode ANY or VALIDATED.", "tool_config.function_calling_config");
}

}  // namespace

void check_fields(const json::object& body) {
  check_names(body, body_names, "");
  check_config(object_at(body, "generationConfig"));
  check_tools(body);
  const auto given = [&body](const char* name) {
    const auto* value = body.if_contains(name);
    return value != nullptr && !value->is_null();
  };
  if (given("cachedContent") && (given("systemInstruction") || given("tools") || given("toolConfig")))
    reject(
        "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.");
}

}  // namespace fastccg::sim::gemini

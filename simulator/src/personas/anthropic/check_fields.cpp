#include <algorithm>
#include <array>

#include "model/json_at.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim::anthropic {
namespace {

enum class Type { any, text, flag, integer, number, object, array };

class Field {
 public:
  constexpr Field(std::string_view name_, Type type_) : name(name_), type(type_) {}
  std::string_view name;
  Type type;
};

constexpr std::array fields{
    Field{"cache_control", Type::object}, Field{"container", Type::any},      Field{"context_management", Type::object},
    Field{"inference_geo", Type::text},   Field{"max_tokens", Type::integer}, Field{"mcp_servers", Type::array},
    Field{"messages", Type::array},       Field{"metadata", Type::object},    Field{"model", Type::text},
    Field{"output_config", Type::object}, Field{"service_tier", Type::text},  Field{"stop_sequences", Type::array},
    Field{"stream", Type::flag},          Field{"system", Type::any},         Field{"temperature", Type::number},
    Field{"thinking", Type::object},      Field{"tool_choice", Type::object}, Field{"tools", Type::array},
    Field{"top_k", Type::integer},        Field{"top_p", Type::number},
};

/// What is wrong with the type; empty if nothing is.
std::string_view complaint(const json::value& value, Type type) {
  switch (type) {
    case Type::any: return {};
    case Type::text: return value.is_string() ? "" : "Input should be a valid string";
    case Type::flag: return value.is_bool() ? "" : "Input should be a valid boolean";
    case Type::integer: return value.is_int64() || value.is_uint64() ? "" : "Input should be a valid integer";
    case Type::number: return value.is_number() ? "" : "Input should be a valid number";
    case Type::object: return value.is_object() ? "" : "Input should be an object";
    case Type::array: return value.is_array() ? "" : "Input should be a valid list";
  }
  return {};
}

void check_types(const json::object& body) {
  for (const auto* name : {"model", "max_tokens", "messages"})
    if (body.if_contains(name) == nullptr) reject(std::string(name) + ": Field required");
  for (const auto& [key, value] : body) {
    const std::string_view name = key;
    const auto* field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) reject(std::string(name) + ": Extra inputs are not permitted");
    if (const auto wrong = complaint(value, field->type); !wrong.empty())
      reject(std::string(name) + ": " + std::string(wrong));
  }
}

bool is_word_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

void check_sampling(const json::object& body, int generation) {
  for (const auto* name : {"temperature", "top_p"}) {
    const auto* value = body.if_contains(name);
    if (value != nullptr && (value->to_number<double>() < 0 || value->to_number<double>() > 1))
      reject(std::string(name) + ": range: 0..1");
  }
  for (const auto* name : {"temperature", "top_p", "top_k"})
    if (generation >= 407 && body.if_contains(name) != nullptr)
      reject("`" + std::string(name) + "` is not supported by this model");
  if (generation >= 401 && body.if_contains("temperature") != nullptr && body.if_contains("top_p") != nullptr)
    reject("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
}

void check_thinking(const json::object& body, int generation) {
  const auto* given = body.if_contains("thinking");
  if (given == nullptr) return;
  const auto& thinking = given->get_object();
  const auto type = text_at(thinking, "type");
  if (!is_word_of(type, {"enabled", "disabled", "adaptive"}))
    reject(
        "thinking: Input tag found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', "
        "'enabled'");
  if (type == "adaptive" && generation != 0 && generation < 406)
    reject("adaptive thinking is not supported on this model");
  if (type != "enabled") return;
  if (generation >= 407)
    reject("\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\".");
  const auto budget = count_at(thinking, "budget_tokens");
  if (!budget) reject("thinking.enabled.budget_tokens: Field required");
  if (*budget < 1024) reject("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (*budget >= count_at(body, "max_tokens").value_or(0))
    reject("`max_tokens` must be greater than `thinking.budget_tokens`.");
  const auto* temperature = body.if_contains("temperature");
  if (temperature != nullptr && temperature->to_number<double>() != 1)
    reject("`temperature` may only be set to 1 when thinking is enabled.");
  if (is_word_of(text_at(object_at(body, "tool_choice"), "type"), {"any", "tool"}))
    reject("Thinking may not be enabled when tool_choice forces tool use.");
}

void check_schema_is_closed(const json::object& schema) {
  if (text_at(schema, "type") == "object" && flag_at(schema, "additionalProperties", true))
    reject("output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false");
  for (const auto& [name, value] : object_at(schema, "properties"))
    if (value.is_object()) check_schema_is_closed(value.get_object());
}

void check_output_config(const json::object& body, int generation) {
  const auto& config = object_at(body, "output_config");
  const auto effort = text_at(config, "effort");
  if (!effort.empty() && !is_word_of(effort, {"low", "medium", "high", "xhigh", "max"}))
    reject("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  if (effort == "xhigh" && generation != 0 && generation < 407)
    reject("This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.");
  const auto& format = object_at(config, "format");
  if (format.empty()) return;
  if (text_at(format, "type") != "json_schema") reject("output_config.format.type: Input should be 'json_schema'");
  if (format.if_contains("schema") == nullptr) reject("output_config.format.schema: Field required");
  check_schema_is_closed(object_at(format, "schema"));
}

void check_texts(const json::object& body) {
  for (const auto& stop : array_at(body, "stop_sequences"))
    if (!stop.is_string() || trim(stop.get_string()).empty())
      reject("stop_sequences: each stop sequence must contain non-whitespace");
  const auto* system = body.if_contains("system");
  if (system == nullptr || system->is_string()) return;
  if (!system->is_array()) reject("system: Input should be a valid string or list");
  for (const auto& block : system->get_array())
    if (!block.is_object() || text_at(block.get_object(), "text").empty())
      reject("system: text content blocks must be non-empty");
}

}  // namespace

int generation_of(std::string_view model) noexcept {
  const auto at = model.rfind("claude");
  if (at == std::string_view::npos) return 0;
  int parts[2] = {0, 0};
  int count = 0;
  for (std::size_t i = at; i < model.size() && count < 2;) {
    const auto end = std::min(model.find_first_of("-.@", i), model.size());
    const auto word = model.substr(i, end - i);
    const bool is_version = !word.empty() && word.size() <= 2 && std::ranges::all_of(word, is_digit);
    if (is_version)
      for (const auto c : word) parts[count] = parts[count] * 10 + (c - '0');
    if (is_version)
      ++count;
    else if (count > 0)
      break;
    i = end + 1;
  }
  return parts[0] * 100 + parts[1];
}

void check_fields(const json::object& body, std::string_view model) {
  const auto generation = generation_of(model);
  check_types(body);
  if (body.at("max_tokens").is_int64() && body.at("max_tokens").get_int64() < 1)
    reject("max_tokens: must be greater than or equal to 1");
  check_sampling(body, generation);
  check_thinking(body, generation);
  check_output_config(body, generation);
  check_texts(body);
}

void check_tools(const json::object& body) {
  const auto& tools = array_at(body, "tools");
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto where = "tools." + std::to_string(i);
    if (!tools[i].is_object()) reject(where + ": Input should be an object");
    const auto& tool = tools[i].get_object();
    const auto name = text_at(tool, "name");
    const bool is_legal = !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
      return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
    });
    if (!is_legal) reject(where + ".custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
    if (std::ranges::find(names, name) != names.end()) reject("tools: Tool names must be unique.");
    names.push_back(name);
    const auto kind = text_at(tool, "type");
    if (!kind.empty() && kind != "custom") continue;  // one of the service's own
    const auto type = text_at(object_at(tool, "input_schema"), "type");
    if (type.empty()) reject(where + ".custom.input_schema.type: Field required");
    if (type != "object") reject(where + ".custom.input_schema.type: Input should be 'object'");
  }
  if (body.if_contains("tool_choice") == nullptr) return;
  const auto& choice = object_at(body, "tool_choice");
  const auto type = text_at(choice, "type");
  if (!is_word_of(type, {"auto", "any", "tool", "none"}))
    reject("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'");
  if (names.empty()) reject("tool_choice may only be specified while providing tools");
  const auto name = text_at(choice, "name");
  if (type == "tool" && std::ranges::find(names, name) == names.end())
    reject("Tool '" + std::string(prefix(name, 100)) + "' not found in provided tools");
}

}  // namespace fastccg::sim::anthropic

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

enum class Type { any, text, flag, integer, number, object, array };

constexpr double none = std::numeric_limits<double>::infinity();

class Field {
 public:
  constexpr Field(std::string_view name_, Type type_, double least_ = -none, double most_ = none)
      : name(name_), type(type_), least(least_), most(most_) {}

  std::string_view name;
  Type type;
  double least;
  double most;
};

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

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a boolean";
    case json::kind::int64:
    case json::kind::uint64: return "an integer";
    case json::kind::double_: return "a decimal number";
    case json::kind::string: return "a string";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "something else";
}

bool is_integer(const json::value& value) { return value.is_int64() || value.is_uint64(); }

bool fits(const json::value& value, Type type) {
  switch (type) {
    case Type::any: return true;
    case Type::text: return value.is_string();
    case Type::flag: return value.is_bool();
    case Type::integer: return is_integer(value);
    case Type::number: return value.is_number();
    case Type::object: return value.is_object();
    case Type::array: return value.is_array();
  }
  return true;
}

std::string_view expected(Type type) {
  switch (type) {
    case Type::any: break;
    case Type::text: return "a string";
    case Type::flag: return "a boolean";
    case Type::integer: return "an integer";
    case Type::number: return "a decimal number";
    case Type::object: return "an object";
    case Type::array: return "an array";
  }
  return "something else";
}

std::string shown(double number) {
  return number == std::floor(number) ? std::to_string(static_cast<long long>(number)) : std::to_string(number);
}

void check_range(const json::value& value, const Field& field) {
  if (!value.is_number()) return;
  const std::string name(field.name);
  const std::string kind = field.type == Type::integer ? "integer" : "decimal";
  const auto number = value.to_number<double>();
  if (number < field.least)
    reject("Invalid '" + name + "': " + kind + " below minimum value. Expected a value >= " + shown(field.least) + ".",
           name, kind + "_below_min_value");
  if (number > field.most)
    reject("Invalid '" + name + "': " + kind + " above maximum value. Expected a value <= " + shown(field.most) + ".",
           name, kind + "_above_max_value");
}

void check_types(const json::object& body, bool strict) {
  for (const auto& [key, value] : body) {
    const std::string name(key);
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&name](const Field& each) { return each.name == name; });
    if (field == fields.end()) {
      if (strict) reject("Unknown parameter: '" + name + "'.", name, "unknown_parameter");
      continue;
    }
    if (value.is_null() && name != "messages" && name != "model") continue;
    if (!fits(value, field->type))
      reject("Invalid type for '" + name + "': expected " + std::string(expected(field->type)) + ", but got " +
                 std::string(kind_of(value)) + " instead.",
             name, "invalid_type");
    check_range(value, *field);
  }
}

const json::value* present(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void check_word(const json::object& body, std::string_view name, std::initializer_list<std::string_view> words) {
  const auto* value = present(body, name);
  if (value == nullptr || !value->is_string()) return;
  const std::string_view word = value->get_string();
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string known;
  for (const auto each : words) known += (known.empty() ? "'" : ", '") + std::string(each) + "'";
  reject("Invalid value: '" + std::string(prefix(word, 100)) + "'. Supported values are: " + known + ".",
         std::string(name), "invalid_value");
}

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

void check_name(const json::object& holder, const std::string& where) {
  const auto* name = present(holder, "name");
  if (name == nullptr)
    reject("Missing required parameter: '" + where + ".name'.", where + ".name", "missing_required_parameter");
  if (!name->is_string())
    reject("Invalid type for '" + where + ".name': expected a string.", where + ".name", "invalid_type");
  constexpr std::size_t most = 64;
  const std::string_view text = name->get_string();
  const bool good = !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
  });
  if (!good)
    reject("Invalid '" + where +
               ".name': string does not match pattern. Expected a string that matches the pattern "
               "'^[a-zA-Z0-9_-]{1,64}$'.",
           where + ".name", "invalid_value");
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

// What is known of the families that think. The longest prefix counts.
class Family {
 public:
  constexpr Family(std::string_view prefix_, bool thinks_unasked_, bool may_not_think_, bool takes_sampling_)
      : prefix(prefix_),
        thinks_unasked(thinks_unasked_),
        may_not_think(may_not_think_),
        takes_sampling(takes_sampling_) {}

  std::string_view prefix;
  bool thinks_unasked;
  bool may_not_think;   ///< It takes the effort `none`, with which it takes sampling parameters too.
  bool takes_sampling;  ///< Whatever the effort.
};

constexpr std::array families{
    Family{"gpt-5", true, false, false},
    Family{"gpt-5-chat", false, false, true},
    Family{"gpt-5.1", false, true, false},
    Family{"gpt-5.1-chat", true, false, false},
    Family{"gpt-5.1-codex", true, false, false},
    Family{"gpt-5.2", false, true, false},
    Family{"gpt-5.2-chat", true, false, false},
    Family{"gpt-5.2-pro", true, false, false},
    Family{"gpt-5.3", false, true, false},
    Family{"gpt-5.3-chat", true, false, false},
    Family{"gpt-5.4", false, true, false},
    Family{"gpt-5.4-pro", true, false, false},
    Family{"gpt-5.5", true, true, false},
    Family{"gpt-5.5-pro", true, false, false},
    Family{"gpt-5.6", true, true, false},
    Family{"o1", true, false, false},
    Family{"o3", true, false, false},
    Family{"o4", true, false, false},
};

const Family* family_of(std::string_view model) {
  const Family* best = nullptr;
  for (const auto& family : families)
    if (model.substr(0, family.prefix.size()) == family.prefix &&
        (best == nullptr || family.prefix.size() > best->prefix.size()))
      best = &family;
  return best;
}

void check_model_limits(const json::object& body, std::string_view model) {
  const auto* family = family_of(model);
  if (family == nullptr || family->takes_sampling) return;
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
               "' does not support this value with this model. Only the default (" + shown(standard) +
               ") value is supported.",
           name, "unsupported_value");
  }
  for (const auto* name : {"logit_bias", "logprobs", "top_logprobs"})
    if (present(body, name) != nullptr)
      reject("Unsupported parameter: '" + std::string(name) + "' is not supported with this model.", name,
             "unsupported_parameter");
}

}  // namespace

void reject(std::string message, std::string param, std::string code) {
  throw Rejected(Problem::invalid(std::move(message), std::move(param), std::move(code)));
}

bool thinks(std::string_view model, std::string_view effort) {
  const auto* family = family_of(model);
  if (family == nullptr || family->takes_sampling) return false;
  if (effort.empty()) return family->thinks_unasked;
  return !(effort == "none" && family->may_not_think);
}

void check_fields(const json::object& body, std::string_view model, bool strict) {
  check_types(body, strict);
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
  if (strict) check_model_limits(body, model);
}

}  // namespace fastccg::sim::openai_chat

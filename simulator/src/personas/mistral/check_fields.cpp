#include <algorithm>
#include <array>

#include "model/json_at.hpp"
#include "personas/mistral/mistral.hpp"
#include "personas/openai_fields.hpp"

namespace fastccg::sim::mistral {
namespace {

using openai::Field;
using openai::present;
using openai::Type;

constexpr std::array fields{
    Field{"frequency_penalty", Type::number, -2, 2},
    Field{"guardrails", Type::array},
    Field{"logprobs", Type::flag},
    Field{"max_tokens", Type::integer, 0},
    Field{"messages", Type::array},
    Field{"metadata", Type::object},
    Field{"min_tokens", Type::integer, 0},
    Field{"model", Type::text},
    Field{"n", Type::integer, 1},
    Field{"parallel_tool_calls", Type::flag},
    Field{"prediction", Type::object},
    Field{"presence_penalty", Type::number, -2, 2},
    Field{"prompt_cache_key", Type::text},
    Field{"prompt_logprobs", Type::flag},
    Field{"prompt_mode", Type::text},
    Field{"random_seed", Type::integer, 0},
    Field{"reasoning_effort", Type::text},
    Field{"repetition_penalty", Type::number},
    Field{"response_format", Type::object},
    Field{"safe_prompt", Type::flag},
    Field{"service_tier", Type::text},
    Field{"stop", Type::any},
    Field{"stream", Type::flag},
    Field{"temperature", Type::number, 0, 1.5},
    Field{"tool_choice", Type::any},
    Field{"tools", Type::array},
    Field{"top_k", Type::integer},
    Field{"top_logprobs", Type::integer},
    Field{"top_p", Type::number, 0, 1},
    Field{"top_prompt_logprobs", Type::integer},
};

class Complaint {
 public:
  constexpr Complaint(std::string_view type_, std::string_view message_) : type(type_), message(message_) {}

  std::string_view type;
  std::string_view message;
};

Complaint complaint_of(Type type) {
  switch (type) {
    case Type::text: return {"string_type", "Input should be a valid string"};
    case Type::flag: return {"bool_type", "Input should be a valid boolean"};
    case Type::integer: return {"int_type", "Input should be a valid integer"};
    case Type::number: return {"float_type", "Input should be a valid number"};
    case Type::object: return {"dict_type", "Input should be a valid dictionary"};
    case Type::array: return {"list_type", "Input should be a valid list"};
    case Type::any: break;
  }
  return {"value_error", "Value error"};
}

bool fits(const json::value& value, Type type) {
  switch (type) {
    case Type::any: return true;
    case Type::text: return value.is_string();
    case Type::flag: return value.is_bool();
    case Type::integer: return value.is_int64() || value.is_uint64();
    case Type::number: return value.is_number();
    case Type::object: return value.is_object();
    case Type::array: return value.is_array();
  }
  return true;
}

void check_value(const json::value& value, const Field& field) {
  const std::string name(field.name);
  if (!fits(value, field.type)) {
    const auto complaint = complaint_of(field.type);
    refuse_shape(name, std::string(complaint.type), std::string(complaint.message));
  }
  if (!value.is_number()) return;
  const auto number = value.to_number<double>();
  const auto written = [](double bound) {
    auto text = std::to_string(bound);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  };
  if (number < field.least)
    refuse_shape(name, "greater_than_equal", "Input should be greater than or equal to " + written(field.least));
  if (number > field.most)
    refuse_shape(name, "less_than_equal", "Input should be less than or equal to " + written(field.most));
}

void check_word(const json::object& holder, std::string_view name, const std::string& where,
                std::initializer_list<std::string_view> words) {
  const auto* value = present(holder, name);
  if (value == nullptr || !value->is_string()) return;
  const std::string_view word = value->get_string();
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string known;
  for (const auto each : words) {
    if (!known.empty()) known += each == *(words.end() - 1) ? " or " : ", ";
    known += "'" + std::string(each) + "'";
  }
  refuse_shape(where, "enum", "Input should be " + known);
}

void check_tools(const json::object& body) {
  const auto& tools = array_at(body, "tools");
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto where = "tools." + std::to_string(i);
    const auto* tool = tools[i].if_object();
    if (tool == nullptr) refuse_shape(where, "model_attributes_type", "Input should be a valid dictionary");
    if (text_at(*tool, "type") != "function" && tool->contains("type")) continue;  // one of the service's own
    const auto& function = object_at(*tool, "function");
    if (!tool->contains("function")) refuse_shape(where + ".function", "missing", "Field required");
    if (text_at(function, "name").empty()) refuse_shape(where + ".function.name", "missing", "Field required");
    if (!function.contains("parameters")) refuse_shape(where + ".function.parameters", "missing", "Field required");
  }
  check_word(body, "tool_choice", "tool_choice", {"auto", "none", "any", "required"});
  const auto word = text_at(body, "tool_choice");
  if ((word == "any" || word == "required") && tools.empty())
    refuse("Tool choice '" + std::string(word) + "' needs tools.", "invalid_request_invalid_args", "3051");
  const auto name = text_at(object_at(object_at(body, "tool_choice"), "function"), "name");
  if (name.empty()) return;
  const bool is_offered = std::ranges::any_of(tools, [name](const json::value& tool) {
    return text_at(object_at(tool.get_object(), "function"), "name") == name;
  });
  if (!is_offered)
    refuse("Tool choice function '" + std::string(prefix(name, 100)) + "' is not among the tools.",
           "invalid_request_invalid_args", "3051");
}

void check_format(const json::object& body) {
  const auto& format = object_at(body, "response_format");
  check_word(format, "type", "response_format.type", {"text", "json_object", "json_schema"});
  if (text_at(format, "type") != "json_schema") return;
  if (!format.contains("json_schema")) refuse_shape("response_format.json_schema", "missing", "Field required");
  for (const auto* name : {"name", "schema"})
    if (!object_at(format, "json_schema").contains(name))
      refuse_shape("response_format.json_schema." + std::string(name), "missing", "Field required");
}

}  // namespace

void check_fields(const json::object& body) {
  for (const auto* name : {"model", "messages"})
    if (!body.contains(name)) refuse_shape(name, "missing", "Field required");
  for (const auto& [key, value] : body) {
    const auto* field = std::ranges::find(fields, std::string_view(key), &Field::name);
    if (field == fields.end()) refuse_shape(std::string(key), "extra_forbidden", "Extra inputs are not permitted");
    const bool is_nullable = key != "messages" && key != "model";
    if (value.is_null() && is_nullable) continue;
    check_value(value, *field);
  }
  check_word(body, "reasoning_effort", "reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh"});
  check_tools(body);
  check_format(body);
  const auto* temperature = present(body, "temperature");
  if (temperature == nullptr || temperature->to_number<double>() != 0) return;
  const auto* top_p = present(body, "top_p");
  if (top_p != nullptr && top_p->to_number<double>() != 1)
    refuse("top_p must be 1 when using greedy sampling.", "invalid_request_invalid_args", "3051");
  if (count_at(body, "n").value_or(1) > 1)
    refuse("n must be 1 when using greedy sampling.", "invalid_request_invalid_args", "3051");
}

}  // namespace fastccg::sim::mistral

#include "personas/gemini/json_at.hpp"

#include <string>

#include "model/text.hpp"

namespace fastccg::sim::gemini {
namespace {

bool belongs_to_user(std::string_view name) {
  return name == "args" || name == "response" || name == "parameters" || name == "parametersJsonSchema" ||
         name == "responseSchema" || name == "responseJsonSchema";
}

std::string camel(std::string_view name) {
  std::string result;
  bool raise = false;
  for (const auto c : name) {
    if (c == '_') {
      raise = !result.empty();
      continue;
    }
    result += raise && is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return result;
}

json::value converted(const json::value& value) {
  if (value.is_object()) return in_camel_case(value.get_object());
  if (!value.is_array()) return value;
  json::array list;
  for (const auto& element : value.get_array()) list.push_back(converted(element));
  return list;
}

}  // namespace

std::optional<double> number_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<std::size_t> count_at(const json::object& object, std::string_view name) {
  constexpr double most = 1e15;
  const auto number = number_at(object, name);
  if (!number || *number < 0 || *number > most) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

json::object in_camel_case(const json::object& body) {
  json::object result;
  for (const auto& [key, value] : body) {
    const auto name = camel(key);
    result[name] = belongs_to_user(name) ? value : converted(value);
  }
  return result;
}

}  // namespace fastccg::sim::gemini

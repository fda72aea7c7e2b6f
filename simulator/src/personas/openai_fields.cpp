#include "personas/openai_fields.hpp"

#include <algorithm>
#include <cmath>

#include "model/json_at.hpp"
#include "model/text.hpp"

namespace fastccg::sim::openai {
namespace {

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

class SchemaChecker {
 public:
  SchemaChecker(const std::string& what, const std::string& param, const std::string& code)
      : what_(what), param_(param), code_(code) {}

  void check(const json::object& schema, const std::string& context, int depth = 0) const {
    constexpr int deepest = 100;
    if (depth > deepest || schema.empty()) return;
    const auto type = text_at(schema, "type");
    const auto& properties = object_at(schema, "properties");
    if (type == "object" || schema.contains("properties")) check_object(schema, properties, context);
    for (const auto& [name, property] : properties)
      if (property.is_object())
        check(property.get_object(), context + "'properties', '" + std::string(name) + "', ", depth + 1);
    for (const auto* name : {"items", "additionalProperties", "not"})
      check(object_at(schema, name), context + "'" + name + "', ", depth + 1);
    for (const auto* name : {"$defs", "definitions"})
      for (const auto& [key, inner] : object_at(schema, name))
        if (inner.is_object())
          check(inner.get_object(), context + "'" + name + "', '" + std::string(key) + "', ", depth + 1);
    for (const auto* name : {"anyOf", "allOf"})
      for (const auto& inner : array_at(schema, name))
        if (inner.is_object()) check(inner.get_object(), context + "'" + name + "', ", depth + 1);
  }

 private:
  void check_object(const json::object& schema, const json::object& properties, const std::string& context) const {
    const auto* more = schema.if_contains("additionalProperties");
    if (more == nullptr || *more != false)
      refuse(context, "'additionalProperties' is required to be supplied and to be false.");
    const auto& required = array_at(schema, "required");
    for (const auto& [name, property] : properties) {
      const std::string_view key = name;
      const bool is_required = std::any_of(required.begin(), required.end(), [key](const json::value& each) {
        return each.is_string() && std::string_view(each.get_string()) == key;
      });
      if (!is_required)
        refuse(context,
               "'required' is required to be supplied and to be an array including every key in properties. Missing '" +
                   std::string(name) + "'.");
    }
  }

  [[noreturn]] void refuse(std::string context, const std::string& why) const {
    if (context.size() >= 2) context.resize(context.size() - 2);
    reject("Invalid schema for " + what_ + ": In context=(" + context + "), " + why, param_, code_);
  }

  const std::string& what_;
  const std::string& param_;
  const std::string& code_;
};

}  // namespace

void check_strict_schema(const json::object& schema, const std::string& what, const std::string& param,
                         const std::string& code) {
  SchemaChecker(what, param, code).check(schema, "");
}

void reject(std::string message, std::string param, std::string code) {
  throw Rejected(Problem::invalid(std::move(message), std::move(param), std::move(code)));
}

void missing(const std::string& where) {
  reject("Missing required parameter: '" + where + "'.", where, "missing_required_parameter");
}

json::object parse_object(const std::string& body) {
  auto read = read_object(body);
  if (!read.is_json) reject("The body of the request is not valid JSON.");
  if (!read.is_object) reject("The body of the request must be a JSON object.");
  return std::move(read.value);
}

void check_content_type(const Request& request) {
  if (to_lower(request.header("content-type")).find("application/json") == std::string::npos)
    reject("Unsupported content type: send 'Content-Type: application/json'.", "", "unsupported_content_type");
}

const json::value* present(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void check_types(const json::object& body, std::span<const Field> fields, bool strict) {
  for (const auto& [key, value] : body) {
    const std::string name(key);
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&name](const Field& each) { return each.name == name; });
    if (field == fields.end()) {
      if (strict) reject("Unknown parameter: '" + name + "'.", name, "unknown_parameter");
      continue;
    }
    if (value.is_null() && name != "messages" && name != "model" && name != "input") continue;
    if (!fits(value, field->type))
      reject("Invalid type for '" + name + "': expected " + std::string(expected(field->type)) + ", but got " +
                 std::string(kind_of(value)) + " instead.",
             name, "invalid_type");
    check_range(value, *field);
  }
}

void check_word(const json::object& body, std::string_view name, std::initializer_list<std::string_view> words,
                std::string_view where) {
  const auto* value = present(body, name);
  if (value == nullptr || !value->is_string()) return;
  const std::string_view word = value->get_string();
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  std::string known;
  for (const auto each : words) known += (known.empty() ? "'" : ", '") + std::string(each) + "'";
  reject("Invalid value: '" + std::string(prefix(word, 100)) + "'. Supported values are: " + known + ".",
         std::string(where.empty() ? name : where), "invalid_value");
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

}  // namespace fastccg::sim::openai

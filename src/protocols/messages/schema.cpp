#include "protocols/messages/schema.hpp"

#include <algorithm>
#include <array>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::messages {

namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 14> unenforced{
    "minimum", "maximum",  "exclusiveMinimum", "exclusiveMaximum", "multipleOf",    "minLength",   "maxLength",
    "pattern", "maxItems", "uniqueItems",      "minProperties",    "maxProperties", "minContains", "maxContains"};
constexpr std::array<std::string_view, 10> formats{"date-time", "time", "date", "duration", "email",
                                                   "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};
constexpr std::array<std::string_view, 4> maps_of_schemas{"properties", "$defs", "definitions", "patternProperties"};
constexpr std::array<std::string_view, 3> lists_of_schemas{"anyOf", "allOf", "prefixItems"};

bool is_unenforced(std::string_view name, const json::Node& value) {
  if (name == "format") return !is_one_of(formats, value.text());
  if (name == "minItems") return value.integer().value_or(2) > 1;
  return is_one_of(unenforced, name);
}

bool describes_object(const json::Node& schema) {
  if (schema["type"].text() == "object" || schema["properties"].is_object()) return true;
  for (const auto type : schema["type"].elements())
    if (type.text() == "object") return true;
  return false;
}

class Writer {
 public:
  void schema(const json::Node& schema) {
    if (!schema.is_object()) {
      out.raw(schema.serialized());
      return;
    }
    out.begin_object();
    const auto advice = write_members(schema);
    if (describes_object(schema)) {
      out.member("additionalProperties", false);
      loosened = loosened || schema["additionalProperties"].boolean().value_or(false) ||
                 schema["additionalProperties"].is_object();
    }
    write_description(schema["description"].text(), advice);
    out.end_object();
  }

  json::Writer out;
  bool loosened = false;

 private:
  /// Returns in words what was left out.
  std::string write_members(const json::Node& schema) {
    const bool is_object = describes_object(schema);
    std::string advice;
    for (const auto& [name, value] : schema.members()) {
      if (name == "description" || name == "$schema" || (name == "additionalProperties" && is_object)) continue;
      if (is_unenforced(name, value)) {
        advice += (advice.empty() ? "" : ", ") + std::string(name) + ": " + value.serialized();
      } else if (name == "oneOf" && !schema["anyOf"]) {
        out.key("anyOf");
        list(value);
      } else {
        member(name, value);
      }
    }
    return advice;
  }

  void member(std::string_view name, const json::Node& value) {
    out.key(name);
    if (is_one_of(maps_of_schemas, name) && value.is_object()) {
      out.begin_object();
      for (const auto& [key, inner] : value.members()) {
        out.key(key);
        schema(inner);
      }
      out.end_object();
    } else if (is_one_of(lists_of_schemas, name) && value.is_array()) {
      list(value);
    } else if (name == "items" || name == "not") {
      schema(value);
    } else {
      out.raw(value.serialized());
    }
  }

  void list(const json::Node& schemas) {
    out.begin_array();
    for (const auto inner : schemas.elements()) schema(inner);
    out.end_array();
  }

  void write_description(std::string_view description, const std::string& advice) {
    loosened = loosened || !advice.empty();
    std::string text(description);
    if (!advice.empty()) text += (text.empty() ? "{" : " {") + advice + "}";
    if (!text.empty()) out.member("description", text);
  }
};

[[noreturn]] void refuse(std::string_view whose) {
  throw_error(Error(ErrorKind::usage, "the schema of " + std::string(whose) + " is not a JSON object"));
}

}  // namespace

EnforcedSchema::EnforcedSchema(std::string_view schema, std::string_view whose) {
  json::BorrowedReader reader;
  const auto root = reader->parse(schema);
  if (!root || !root->is_object()) refuse(whose);
  Writer writer;
  writer.schema(*root);
  loosened = writer.loosened;
  text = writer.out.take();
}

std::string tool_schema(std::string_view schema, std::string_view whose) {
  schema = shared::trimmed(schema);
  if (schema.empty()) return R"({"type":"object","properties":{}})";
  json::BorrowedReader reader;
  const auto root = reader->parse(schema);
  if (!root || !root->is_object()) refuse(whose);
  if (root->size() == 0) return R"({"type":"object","properties":{}})";
  if ((*root)["type"]) return std::string(schema);
  return R"({"type":"object",)" + std::string(schema.substr(1));
}

}  // namespace fastccg::protocols::messages

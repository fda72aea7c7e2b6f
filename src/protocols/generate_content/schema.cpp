#include "protocols/generate_content/schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "json/writer.hpp"

namespace fastccg::protocols::generate_content {

namespace {

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
  return std::ranges::find(names, name) != names.end();
}

constexpr auto notes = std::to_array<std::string_view>({"$schema", "$comment", "discriminator", "examples"});
constexpr auto unknown_demands = std::to_array<std::string_view>({"exclusiveMinimum", "exclusiveMaximum"});
constexpr auto maps_of_schemas =
    std::to_array<std::string_view>({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"});
constexpr auto schemas =
    std::to_array<std::string_view>({"items", "additionalProperties", "not", "if", "then", "else", "contains",
                                     "propertyNames", "anyOf", "oneOf", "allOf", "prefixItems"});
constexpr auto text_formats = std::to_array<std::string_view>({"date-time", "date", "time", "enum"});

class Adapter {
 public:
  Adapter(json::Writer& out, std::set<std::string>& left_out) : out_(out), left_out_(left_out) {}

  /// Also takes a list of schemas, and true and false, which are schemas too.
  void write(const json::Node& schema) {
    if (schema.is_array()) {
      out_.begin_array();
      for (const auto element : schema.elements()) write(element);
      out_.end_array();
    } else if (schema.is_object()) {
      out_.begin_object();
      for (const auto& [name, value] : schema.members()) write_keyword(schema, name, value);
      if (const auto format = lost_format(schema); !format.empty() && !schema["description"].is_string())
        out_.member("description", sentence(format));
      out_.end_object();
    } else {
      out_.raw(schema.serialized());
    }
  }

 private:
  static std::string sentence(std::string_view format) { return "Format: " + std::string(format) + "."; }

  /// The format of a text that the provider does not know.
  static std::string_view lost_format(const json::Node& schema) noexcept {
    const auto format = schema["format"].text();
    return schema["type"].text() == "string" && !is_in(text_formats, format) ? format : std::string_view();
  }

  void write_keyword(const json::Node& schema, std::string_view name, const json::Node& value) {
    const auto format = lost_format(schema);
    if (is_in(notes, name) || (name == "format" && !format.empty())) return;
    if (is_in(unknown_demands, name)) {
      left_out_.emplace(name);
    } else if (name == "const") {
      if (!schema["enum"]) out_.key("enum").begin_array().raw(value.serialized()).end_array();
    } else if (name == "description" && !format.empty()) {
      out_.member(name, std::string(value.text()) + (value.text().empty() ? "" : " ") + sentence(format));
    } else if (is_in(maps_of_schemas, name) && value.is_object()) {
      out_.key(name).begin_object();
      for (const auto& [key, inner] : value.members()) {
        out_.key(key);
        write(inner);
      }
      out_.end_object();
    } else if (is_in(schemas, name)) {
      out_.key(name);
      write(value);
    } else {
      out_.key(name).raw(value.serialized());
    }
  }

  json::Writer& out_;
  std::set<std::string>& left_out_;
};

}  // namespace

std::string adapted_schema(const json::Node& schema, std::set<std::string>& left_out) {
  json::Writer out;
  Adapter(out, left_out).write(schema);
  return out.take();
}

}  // namespace fastccg::protocols::generate_content

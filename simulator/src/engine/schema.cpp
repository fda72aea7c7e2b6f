#include "engine/schema.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>

#include "model/text.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

constexpr int deepest = 24;
constexpr std::size_t longest_array = 64;
constexpr std::size_t longest_text = 4096;

// Fields that are worth a look at the prompt, and what to take from it.
bool is_place(std::string_view field) {
  for (const auto* word : {"location", "city", "place", "town", "country", "destination"})
    if (to_lower(field).find(word) != std::string::npos) return true;
  return false;
}

const json::value* member(const json::object& object, std::string_view name) { return object.if_contains(name); }

const json::object* object_member(const json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* array_member(const json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  return value == nullptr ? nullptr : value->if_array();
}

bool number_member(const json::object& object, std::string_view name, double& result) {
  const auto* value = member(object, name);
  if (value == nullptr || !value->is_number()) return false;
  result = value->to_number<double>();
  return std::isfinite(result);
}

std::size_t size_member(const json::object& object, std::string_view name, std::size_t absent, std::size_t limit) {
  double value = 0;
  if (!number_member(object, name, value) || value < 0) return absent;
  return static_cast<std::size_t>(std::min(value, static_cast<double>(limit)));
}

class Builder {
 public:
  Builder(const json::object& root, const Hints& hints, std::size_t choice)
      : root_(root), hints_(hints), choice_(choice) {}

  json::value build(const json::value& schema, std::string_view field, int depth) {
    const auto* object = schema.if_object();
    if (object == nullptr) return "anything";  // `true` allows all
    return build(*object, field, depth);
  }

  json::value build(const json::object& schema, std::string_view field, int depth) {
    if (depth > deepest) return nullptr;
    if (const auto* target = resolve(schema)) return build(*target, field, depth + 1);
    if (const auto* constant = member(schema, "const")) return *constant;
    if (const auto* values = array_member(schema, "enum"); values != nullptr && !values->empty()) return pick(*values);
    for (const auto* name : {"anyOf", "oneOf"})
      if (const auto* options = array_member(schema, name); options != nullptr && !options->empty())
        return build(first_real(*options), field, depth + 1);
    if (const auto* all = array_member(schema, "allOf"); all != nullptr && !all->empty())
      return build(merged(schema, *all), field, depth + 1);
    return by_type(schema, type_of(schema), field, depth);
  }

 private:
  json::value by_type(const json::object& schema, std::string_view type, std::string_view field, int depth) {
    if (type == "object") return object_of(schema, depth);
    if (type == "array") return array_of(schema, field, depth);
    if (type == "integer") return static_cast<std::int64_t>(number_of(schema, true));
    if (type == "number") return number_of(schema, false);
    if (type == "boolean") return true;
    if (type == "null") return nullptr;
    return json::string(text_of(schema, field));
  }

  json::value object_of(const json::object& schema, int depth) {
    json::object result;
    const auto* properties = object_member(schema, "properties");
    if (properties == nullptr) return result;
    const auto* required = array_member(schema, "required");
    const auto is_required = [required](std::string_view name) {
      return required != nullptr && std::any_of(required->begin(), required->end(), [name](const json::value& each) {
               return each.is_string() && std::string_view(each.get_string()) == name;
             });
    };
    // What may be left out is left out further down, so that schemas that contain themselves come to an end.
    for (const auto& [name, property] : *properties)
      if (depth < 3 || is_required(name)) result[name] = build(property, name, depth + 1);
    return result;
  }

  json::value array_of(const json::object& schema, std::string_view field, int depth) {
    json::array result;
    const auto least = size_member(schema, "minItems", 1, longest_array);
    const auto most = size_member(schema, "maxItems", longest_array, longest_array);
    const auto* items = member(schema, "items");
    const auto count = depth > 8 ? std::min(least, std::size_t{1}) : std::min(std::max<std::size_t>(least, 1), most);
    for (std::size_t i = 0; i < count && (items != nullptr || i < least); ++i)
      result.push_back(items == nullptr ? json::value("anything") : build(*items, field, depth + 1));
    return result;
  }

  double number_of(const json::object& schema, bool whole) {
    double value = next_number_ < hints_.numbers.size() ? hints_.numbers[next_number_++] : 1;
    double bound = 0;
    if (number_member(schema, "minimum", bound)) value = std::max(value, bound);
    if (number_member(schema, "exclusiveMinimum", bound) && value <= bound) value = bound + 1;
    if (number_member(schema, "maximum", bound)) value = std::min(value, bound);
    if (number_member(schema, "exclusiveMaximum", bound) && value >= bound) value = bound - 1;
    if (number_member(schema, "multipleOf", bound) && bound > 0) value = std::ceil(value / bound) * bound;
    if (whole) value = std::ceil(value);
    return std::clamp(value, -9e15, 9e15);
  }

  std::string text_of(const json::object& schema, std::string_view field) {
    const auto* format = member(schema, "format");
    if (format != nullptr && format->is_string())
      if (const auto value = formatted(format->get_string()); !value.empty()) return std::string(value);
    auto text =
        is_place(field) && !hints_.places.empty() ? hints_.places[choice_ % hints_.places.size()] : free_text(field);
    const auto least = size_member(schema, "minLength", 0, longest_text);
    const auto most = size_member(schema, "maxLength", longest_text, longest_text);
    if (text.size() < least) text.append(least - text.size(), 'x');
    return std::string(prefix(text, most));
  }

  std::string free_text(std::string_view field) const {
    for (const auto* word : {"query", "question", "prompt", "text", "message", "expression", "input"})
      if (to_lower(field).find(word) != std::string::npos) return std::string(prefix(hints_.prompt, 200));
    return field.empty() ? "example" : "example " + std::string(field);
  }

  static std::string_view formatted(std::string_view format) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> values{{
        {"date-time", "2026-01-02T03:04:05Z"},
        {"date", "2026-01-02"},
        {"time", "03:04:05Z"},
        {"email", "someone@example.com"},
        {"uri", "https://example.com/"},
        {"uuid", "12345678-1234-4234-8234-123456789abc"},
        {"ipv4", "192.0.2.1"},
        {"hostname", "example.com"},
    }};
    for (const auto& [name, value] : values)
      if (name == format) return value;
    return {};
  }

  // The value that the prompt mentions, or else the first.
  json::value pick(const json::array& values) const {
    const auto prompt = to_lower(hints_.prompt);
    for (const auto& value : values)
      if (value.is_string() && !value.get_string().empty() &&
          prompt.find(to_lower(std::string_view(value.get_string()))) != std::string::npos)
        return value;
    return values.front();
  }

  static json::value first_real(const json::array& options) {
    for (const auto& option : options) {
      const auto* object = option.if_object();
      const auto* type = object == nullptr ? nullptr : member(*object, "type");
      if (type == nullptr || !type->is_string() || type->get_string() != "null") return option;
    }
    return options.front();
  }

  static json::object merged(const json::object& schema, const json::array& all) {
    json::object result = schema;
    result.erase("allOf");
    for (const auto& each : all) {
      const auto* object = each.if_object();
      if (object == nullptr) continue;
      for (const auto& [name, value] : *object) {
        auto* present = result.if_contains(name);
        if (present != nullptr && present->is_object() && value.is_object())
          for (const auto& [key, inner] : value.get_object()) present->get_object()[key] = inner;
        else
          result[name] = value;
      }
    }
    return result;
  }

  static std::string_view type_of(const json::object& schema) {
    const auto* type = member(schema, "type");
    if (type != nullptr && type->is_string()) return type->get_string();
    if (type != nullptr && type->is_array())
      for (const auto& each : type->get_array())
        if (each.is_string() && each.get_string() != "null") return each.get_string();
    if (member(schema, "properties") != nullptr) return "object";
    return member(schema, "items") != nullptr ? "array" : "string";
  }

  // Where `$ref` points inside the same schema; null if there is none or it leads nowhere.
  const json::object* resolve(const json::object& schema) const {
    const auto* reference = member(schema, "$ref");
    if (reference == nullptr || !reference->is_string()) return nullptr;
    const std::string_view text = reference->get_string();
    if (text == "#") return &root_;
    if (text.substr(0, 2) != "#/") return nullptr;
    const json::object* at = &root_;
    for (auto rest = text.substr(2); at != nullptr;) {
      const auto slash = rest.find('/');
      at = object_member(*at, rest.substr(0, slash));
      if (slash == std::string_view::npos) return at;
      rest = rest.substr(slash + 1);
    }
    return nullptr;
  }

  const json::object& root_;
  const Hints& hints_;
  std::size_t choice_;
  std::size_t next_number_ = 0;
};

}  // namespace

Hints::Hints(std::string_view text) : prompt(text) {
  bool after_preposition = false;
  bool continues = false;  // the previous word was a place too: "New York"
  for (std::size_t at = 0; at < prompt.size();) {
    const auto gap = at;
    while (at < prompt.size() && !is_word(prompt[at])) ++at;
    const auto start = at;
    while (at < prompt.size() && (is_word(prompt[at]) || (prompt[at] == '.' && at + 1 < prompt.size() &&
                                                          is_digit(prompt[at + 1]) && is_digit(prompt[start]))))
      ++at;
    if (start == at) break;
    const auto word = prompt.substr(start, at - start);
    if (is_digit(word[0])) {
      double value = 0;
      if (std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc()) numbers.push_back(value);
    }
    const auto adjacent = prompt.substr(gap, start - gap) == " ";
    const bool named = is_upper(word[0]) || static_cast<unsigned char>(word[0]) >= 0x80;
    if (named && continues && adjacent) {
      places.back() += " " + word;
    } else if (named && after_preposition) {
      places.push_back(word);
      continues = true;
    } else {
      continues = false;
      const auto small = to_lower(word);
      after_preposition = small == "in" || small == "for" || small == "at" || small == "near" || small == "of" ||
                          (small == "and" && !places.empty());
    }
  }
}

json::value instance_of(const json::object& schema, const Hints& hints, std::size_t choice) {
  return Builder(schema, hints, choice).build(schema, "", 0);
}

bool asks_for_place(const json::object& schema) {
  const auto* properties = object_member(schema, "properties");
  return properties != nullptr && std::any_of(properties->begin(), properties->end(),
                                              [](const auto& property) { return is_place(property.key()); });
}

}  // namespace fastccg::sim

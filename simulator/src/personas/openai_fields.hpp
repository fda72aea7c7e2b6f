#pragma once

#include <boost/json/object.hpp>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "personas/persona.hpp"

namespace fastccg::sim::openai {

namespace json = boost::json;

[[noreturn]] void reject(std::string message, std::string param = "", std::string code = "");
/// For a member that must be there.
[[noreturn]] void missing(const std::string& where);

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

json::object parse_object(const std::string& body);
void check_content_type(const Request& request);

/// The member of that name; null if it is absent or null.
const json::value* present(const json::object& body, std::string_view name);
/// Types and ranges of all members; `strict` also refuses those that no field describes.
void check_types(const json::object& body, std::span<const Field> fields, bool strict);
/// A text member that takes certain words only. `where` is how the complaint calls it, if not by its name.
void check_word(const json::object& body, std::string_view name, std::initializer_list<std::string_view> words,
                std::string_view where = {});
/// A schema that is to be kept to strictly: every object closed, every property required. `what` names its owner.
void check_strict_schema(const json::object& schema, const std::string& what, const std::string& param,
                         const std::string& code);
/// The member `name` of something that stands at `where` in the request.
void check_name(const json::object& holder, const std::string& where);

}  // namespace fastccg::sim::openai

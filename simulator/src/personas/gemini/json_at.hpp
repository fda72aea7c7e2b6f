#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

namespace fastccg::sim::gemini {

namespace json = boost::json;

// Members of an object; empty if there are none of that name and type.
const json::object& object_at(const json::object& object, std::string_view name);
const json::array& array_at(const json::object& object, std::string_view name);
std::string_view text_at(const json::object& object, std::string_view name);
std::optional<double> number_at(const json::object& object, std::string_view name);
std::optional<std::size_t> count_at(const json::object& object, std::string_view name);

/// The same body with the names of members in camel case, since the service takes them in snake case too. What users
/// name themselves, in schemas, arguments and results, stays as it is.
json::object in_camel_case(const json::object& body);

}  // namespace fastccg::sim::gemini

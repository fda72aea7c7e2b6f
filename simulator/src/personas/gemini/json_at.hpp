#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

#include "model/json_at.hpp"

namespace fastccg::sim::gemini {

namespace json = boost::json;

// Members of an object; nothing if there are none of that name and type.
std::optional<double> number_at(const json::object& object, std::string_view name);
std::optional<std::size_t> count_at(const json::object& object, std::string_view name);

/// The same body with the names of members in camel case, since the service takes them in snake case too. What users
/// name themselves, in schemas, arguments and results, stays as it is.
json::object in_camel_case(const json::object& body);

}  // namespace fastccg::sim::gemini

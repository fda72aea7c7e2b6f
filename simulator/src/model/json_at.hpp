#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fastccg::sim {

// Members of an object; empty, or nothing, if there are none of that name and type.
const boost::json::object& object_at(const boost::json::object& object, std::string_view name) noexcept;
const boost::json::array& array_at(const boost::json::object& object, std::string_view name) noexcept;
std::string_view text_at(const boost::json::object& object, std::string_view name) noexcept;
bool flag_at(const boost::json::object& object, std::string_view name, bool absent = false) noexcept;
/// A whole number that is not negative.
std::optional<std::size_t> count_at(const boost::json::object& object, std::string_view name) noexcept;

/// What the body of a request holds.
class ReadObject {
 public:
  ReadObject() = default;

  boost::json::object value;
  bool is_json = false;
  bool is_object = false;
  std::string complaint;  ///< Why it is no JSON.
};
ReadObject read_object(const std::string& text);

}  // namespace fastccg::sim

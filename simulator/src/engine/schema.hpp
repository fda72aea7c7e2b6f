#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg::sim {

/// Words of a prompt from which instances are filled.
class Hints {
 public:
  explicit Hints(std::string_view prompt);

  std::string prompt;
  std::vector<std::string> places;  ///< Capitalised words after "in", "for", "at" and the like.
  std::vector<double> numbers;
};

/// A value that the JSON schema allows, with what fits from the hints; the same for the same input. `choice` picks among
/// several places. Schemas that cannot be satisfied, or that contain themselves without end, get something of the right
/// type down to a fixed depth.
boost::json::value instance_of(const boost::json::object& schema, const Hints& hints, std::size_t choice = 0);
/// Whether some text field of the schema asks for a place.
bool asks_for_place(const boost::json::object& schema);

}  // namespace fastccg::sim

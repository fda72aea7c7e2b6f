#pragma once

#include <set>
#include <string>

#include "json/reader.hpp"

namespace fastccg::protocols::generate_content {

/// A JSON Schema in the keywords that the provider knows. What means the same is rewritten (`const` becomes an `enum`
/// of one value, an unknown `format` a sentence of the description); what cannot be said is left out, and its keyword
/// goes into `left_out` if it was a demand.
std::string adapted_schema(const json::Node& schema, std::set<std::string>& left_out);

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <string>
#include <string_view>

namespace fastccg::sim {

/// The text member of that name at the top of a JSON object, found without reading the rest of it into memory. Empty if
/// there is none, or if it has escapes in it.
std::string_view peek_text(std::string_view json, std::string_view name) noexcept;

}  // namespace fastccg::sim

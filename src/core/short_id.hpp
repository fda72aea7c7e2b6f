#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fastccg {

/// Letters and digits made of a text: the same on every machine and in every version, unlike std::hash. Another `salt`
/// makes others of the same text.
std::string short_id(std::string_view text, std::uint64_t salt, std::size_t length);

}  // namespace fastccg

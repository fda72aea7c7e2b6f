#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace fastccg::protocols::generate_content {

/// Names of opaque parts. Any other one is the name of a kind of part that is not modelled, such as "executableCode";
/// its JSON is the whole part, and goes back as it came.
namespace kinds {

/// A signature: a JSON text that belongs to the part before it and has to go back with it.
inline constexpr std::string_view signature = "thoughtSignature";
/// A whole part that says nothing but has to go back, such as an empty text with a signature.
inline constexpr std::string_view part = "part";
/// Members of a candidate that are for the reader alone and never go back.
inline constexpr std::array<std::string_view, 4> beside_content{"groundingMetadata", "urlContextMetadata",
                                                                "citationMetadata", "logprobsResult"};

inline bool stands_beside_content(std::string_view kind) noexcept {
  return std::ranges::find(beside_content, kind) != beside_content.end();
}

}  // namespace kinds

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <string_view>

namespace fastccg::protocols::messages::kinds {

// Opaque parts that are not content blocks themselves. All others are one block each, and bear the block's type.
inline constexpr std::string_view citations = "citations";  ///< A list; belongs to the text before it.
inline constexpr std::string_view caller = "caller";        ///< Who made the tool call before it, if not the model.
inline constexpr std::string_view container = "container";  ///< Where the provider ran code for the answer.

}  // namespace fastccg::protocols::messages::kinds

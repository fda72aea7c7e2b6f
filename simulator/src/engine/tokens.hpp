#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace fastccg::sim {

/// Cuts text into pieces the size of a language model's tokens: a short word with the blank before it, or a sign.
/// The pieces joined are the text, and none cuts a UTF-8 character.
std::vector<std::string_view> tokenize(std::string_view text);
std::size_t count_tokens(std::string_view text) noexcept;

}  // namespace fastccg::sim

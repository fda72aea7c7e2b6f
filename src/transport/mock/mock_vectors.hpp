#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace fastccg::transport {

/// A vector of length 1 that depends on the words of the text alone: the same text always has the same vector, and texts
/// that share words are nearer to each other than texts that do not. All numbers are independent of each other.
std::vector<float> mock_vector(std::string_view text, std::size_t dimensions);

}  // namespace fastccg::transport

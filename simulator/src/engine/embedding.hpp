#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg::sim {

/// A vector of unit length that follows from the text alone. Texts that share words point in similar directions, and
/// fewer dimensions are the first ones of more, as with models that were trained for it. Words beyond the first thousand
/// do not count.
std::vector<float> embed(std::string_view text, std::size_t dimensions);

/// The vector with length one; unchanged if it has no length.
std::vector<float> normalized(std::vector<float> vector);
/// The nearest number that half precision can hold.
float rounded_to_half(float value) noexcept;
/// Bytes in base64, with padding.
std::string base64(std::string_view bytes);
/// The numbers as four bytes each, the lowest first, in base64.
std::string base64_of_floats(const std::vector<float>& vector);

}  // namespace fastccg::sim

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fastccg::protocols::generate_content {

/// The bytes of base64 in any of the ways in which it is written: with line breaks, without padding, or in the alphabet
/// for URLs. Nothing if it is not base64.
std::optional<std::string> read_base64(std::string_view text);

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fastccg {

/// Standard base64 with padding, without line breaks.
std::string base64_encode(std::string_view bytes);

/// The bytes, or nothing if the text is not what `base64_encode` would have written for them.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace fastccg

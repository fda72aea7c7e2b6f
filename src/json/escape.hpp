#pragma once

#include <string>
#include <string_view>

namespace fastccg::json {

bool is_utf8(std::string_view text) noexcept;

/// Appends `text`, which must be UTF-8, as a JSON string in quotes. Only what must be escaped is.
void append_quoted(std::string& out, std::string_view text);

}  // namespace fastccg::json

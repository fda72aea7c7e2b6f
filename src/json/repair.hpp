#pragma once

#include <string>
#include <string_view>

namespace fastccg::json {

/// The text with what is legal JSON but refused by the parser made acceptable to it: integers that exceed 64 bits are
/// given a fraction of zero, numbers that exceed a double become null, and escaped halves of surrogate pairs U+FFFD.
/// Text that is not JSON comes out as something that is not JSON either.
std::string repaired(std::string_view text);

}  // namespace fastccg::json

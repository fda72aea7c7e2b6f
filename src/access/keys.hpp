#pragma once

#include <string>
#include <string_view>

namespace fastccg::detail {

/// The key that was added for the provider, or an empty text. From any thread.
std::string added_key(std::string_view provider);

}  // namespace fastccg::detail

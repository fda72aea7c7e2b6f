#pragma once

#include <string_view>

namespace fastccg::catalog {

/// The content of `models.json`, as it was when the library was built.
std::string_view builtin_text() noexcept;

}  // namespace fastccg::catalog

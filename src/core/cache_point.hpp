#pragma once

#include <string_view>

namespace fastccg {

/// The kind of an opaque part that marks a place for the prompt cache, whoever the provider is: it names none.
inline constexpr std::string_view cache_point_kind = "cache_point";

}  // namespace fastccg

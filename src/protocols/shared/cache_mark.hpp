#pragma once

#include <chrono>
#include <string>

#include "fastccg/message.hpp"

namespace fastccg::protocols::shared {

/// Whether the part is one that `cache_point` made.
bool is_cache_point(const Part& part) noexcept;
bool is_cache_point(const Opaque& part) noexcept;

/// For how long what stands before it is to be cached.
std::chrono::seconds lifetime_of(const Opaque& cache_point);

/// The value of `cache_control`, by which some providers are told where to cache and for how long.
std::string cache_control(std::chrono::seconds lifetime);

}  // namespace fastccg::protocols::shared

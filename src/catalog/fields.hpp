#pragma once

#include <cstddef>

#include "fastccg/catalog.hpp"
#include "json/document.hpp"

namespace fastccg::catalog {

/// Puts the value of `field` into the member of `info` that has its name. An unknown name or a bad value fails.
void apply_field(ModelInfo& info, const json::Field& field);

/// How many names there are.
std::size_t field_count() noexcept;

}  // namespace fastccg::catalog

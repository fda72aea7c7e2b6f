#pragma once

#include <string_view>

namespace fastccg::catalog {

/// The name without what marks a dated or numbered snapshot of the model ("-2024-08-06", "-20250929",
/// "-preview-09-2025", "-002"), or of a fine-tuned one the name of the model that it was made from; the same name if
/// there is nothing of the kind.
std::string_view without_snapshot(std::string_view id) noexcept;

}  // namespace fastccg::catalog

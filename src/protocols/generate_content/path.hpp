#pragma once

#include <string>
#include <string_view>

namespace fastccg::protocols::generate_content {

/// The path of a model's methods, such as "/v1beta/models/gemini-3.7-flash". Throws `FastCCGError` (usage) for a model
/// without a name.
std::string model_path(std::string_view model);

}  // namespace fastccg::protocols::generate_content

#pragma once

#include <string_view>

#include "fastccg/error.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::generate_content {

/// The error that a document reports: `{"error": {...}}`, or a list of one such. `status` is that of the answer, which
/// may be one of success; `body` is the text that the document was read from.
Error read_failure(int status, const json::Node& root, std::string_view body, std::string_view provider);

}  // namespace fastccg::protocols::generate_content

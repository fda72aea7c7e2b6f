#pragma once

#include <string_view>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/dialect.hpp"

namespace fastccg::protocols::messages {

/// What a report of failure means that came after a status of success.
Error reported_error(const json::Node& root, std::string_view text, const Dialect& dialect);

/// The same for a report that is not JSON.
Error reported_error(std::string_view text, const Dialect& dialect);

}  // namespace fastccg::protocols::messages

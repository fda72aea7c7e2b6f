#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/message.hpp"

namespace fastccg::protocols::shared {

/// The results that the messages after `messages[assistant]` give to its calls, in the order of `calls`, which holds
/// the id and the tool's name of each. Throws `FastCCGError` (invalid_request) if a call has no result or two of them,
/// or if a result answers no call.
std::vector<const ToolResult*> results_of(const std::vector<const Message*>& messages, std::size_t assistant,
                                          std::span<const std::pair<std::string, std::string>> calls);

bool has_results(const Message& message) noexcept;

}  // namespace fastccg::protocols::shared

#pragma once

#include <optional>
#include <vector>

#include "fastccg/reply.hpp"
#include "fastccg/settings.hpp"

namespace fastccg::protocols::shared {

/// The setting `tool_choice`; nothing, as if it were not set, where there are no tools to choose from, which no provider
/// accepts. A warning says so if the choice would have mattered.
/// Throws `FastCCGError` (usage) for the name of a tool that is not among the tools.
std::optional<ToolChoice> tool_choice(const Settings& settings, std::vector<Warning>& warnings);

}  // namespace fastccg::protocols::shared

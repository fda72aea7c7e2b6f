#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"

namespace fastccg::protocols::shared {

/// The names of efforts, from low to high.
inline constexpr std::string_view effort_levels[] = {"minimal", "low", "medium", "high", "xhigh", "max"};

/// The effort itself if the model takes it, else the best one that the model takes and that does not exceed it, else
/// the least, with a warning; empty if the model takes none. A model of which nothing is known takes all.
std::string effort_for(const ModelInfo& model, std::string_view level, std::vector<Warning>& warnings);

/// The effort that comes closest to a budget, with a warning, for providers that take no budget.
std::string effort_of_budget(int tokens, std::vector<Warning>& warnings);

}  // namespace fastccg::protocols::shared

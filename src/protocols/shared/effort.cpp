#include "protocols/shared/effort.hpp"

#include <algorithm>

namespace fastccg::protocols::shared {

std::string effort_for(const ModelInfo& model, std::string_view level, std::vector<Warning>& warnings) {
  if (level.empty() || !model.efforts) return std::string(level);
  const auto& known = *model.efforts;
  if (std::ranges::find(known, level) != known.end()) return std::string(level);
  std::string best = known.empty() ? std::string() : known.front();
  for (const auto name : effort_levels) {
    if (std::ranges::find(known, name) != known.end()) best = name;
    if (name == level) break;
  }
  warnings.emplace_back("reasoning", "the model knows no effort '" + std::string(level) + "'; " +
                                         (best.empty() ? "none" : "'" + best + "'") + " was sent instead");
  return best;
}

std::string effort_of_budget(int tokens, std::vector<Warning>& warnings) {
  std::string effort = tokens < 2048 ? "low" : tokens < 8192 ? "medium" : "high";
  warnings.emplace_back("reasoning", "the provider takes no budget; the effort '" + effort + "' was sent instead");
  return effort;
}

}  // namespace fastccg::protocols::shared

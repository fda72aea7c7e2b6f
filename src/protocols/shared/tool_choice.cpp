#include "protocols/shared/tool_choice.hpp"

#include <algorithm>

#include "fastccg/error.hpp"

namespace fastccg::protocols::shared {

std::optional<ToolChoice> tool_choice(const Settings& settings, std::vector<Warning>& warnings) {
  using Mode = ToolChoice::Mode;
  const auto& choice = settings.tool_choice();
  const auto& tools = settings.tools();
  if (!choice) return std::nullopt;
  if (!tools || tools->empty()) {
    if (choice->mode() == Mode::required || choice->mode() == Mode::named)
      warnings.emplace_back("tool_choice", "there are no tools to choose from; it was left out");
    return std::nullopt;
  }
  if (choice->mode() == Mode::named && std::ranges::find(*tools, choice->name(), &Tool::name) == tools->end())
    throw_error(
        Error(ErrorKind::usage, "the tool choice names '" + choice->name() + "', which is not among the tools"));
  return choice;
}

}  // namespace fastccg::protocols::shared

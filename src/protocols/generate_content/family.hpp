#pragma once

#include <string_view>

namespace fastccg::protocols::generate_content {

/// What the generations of models differ in. Models that are not known inherit what the newest ones can do.
class Family {
 public:
  /// How reasoning is set: not at all, by a budget of tokens, or by a level.
  enum class Thinking { none, budget, level };

  explicit Family(std::string_view model);

  Thinking thinking = Thinking::level;
  int least_budget = 0;  ///< The smallest budget that is not zero.
  int largest_budget = 0;
  bool can_be_off = false;        ///< Whether reasoning can be turned off.
  bool has_minimal = false;       ///< Whether there is a level below LOW.
  bool takes_system = true;       ///< Whether there is a place for instructions.
  bool wants_signatures = true;   ///< Whether a tool call without a signature is refused.
  bool validates_calls = true;    ///< Whether calls can be held to their schema.
  bool schema_with_tools = true;  ///< Whether a form of the answer can be asked for beside tools.
  bool media_in_results = true;   ///< Whether a tool result can hold media.
  bool media_resolution = true;   ///< Whether a single picture can have a resolution of its own.
};

/// The model's name without the collection that it may be written with.
std::string_view bare_model(std::string_view model) noexcept;

}  // namespace fastccg::protocols::generate_content

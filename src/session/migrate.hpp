#pragma once

#include <cstdint>
#include <span>

#include "json/document.hpp"

namespace fastccg::session {

/// Makes a session file of version `from` one of the next version. Whatever the file is, a step changes what it knows and
/// leaves the rest alone: what is wrong with the file is found, and said, when it is read as the current version.
class Migration {
 public:
  using Step = void (*)(boost::json::object& file);

  constexpr Migration(std::int64_t from_, Step step_) : from(from_), step(step_) {}

  std::int64_t from;
  Step step;
};

/// Whether there is one step from each version to the next, from the first one up to `current`, in order.
constexpr bool lead_to(std::span<const Migration> steps, std::int64_t current) {
  std::int64_t version = 1;
  for (const auto& step : steps)
    if (step.from != version++) return false;
  return version == current;
}

/// Takes the file from `version` to what the last step gives. `steps` begin with version 1.
void migrate(json::Document& file, std::int64_t version, std::span<const Migration> steps);

}  // namespace fastccg::session

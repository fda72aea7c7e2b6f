#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg::sim {

/// What a service accepts and what it is seeded with: the part of the options that concerns answers.
class Rules {
 public:
  Rules() = default;

  std::uint64_t seed = 1;
  std::string required_key;
  bool allow_missing_key = false;
  std::vector<std::string> models;
  bool validate = true;

  bool knows_model(std::string_view name) const {
    return models.empty() || std::find(models.begin(), models.end(), name) != models.end();
  }
};

}  // namespace fastccg::sim

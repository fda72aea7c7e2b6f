#include "embed/batches.hpp"

#include <algorithm>

namespace fastccg::embed {

std::vector<Batch> split(std::span<const std::string> texts, std::size_t most_texts, std::size_t most_bytes) {
  std::vector<Batch> batches;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto size = texts[i].size();
    const bool full = batches.empty() || batches.back().count == most_texts || size > most_bytes - bytes;
    if (full) {
      batches.emplace_back(i, 0);
      bytes = 0;
    }
    ++batches.back().count;
    bytes += std::min(size, most_bytes - bytes);
  }
  return batches;
}

}  // namespace fastccg::embed

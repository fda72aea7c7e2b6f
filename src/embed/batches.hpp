#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fastccg::embed {

/// Texts that stand next to each other and go into one request.
class Batch {
 public:
  Batch(std::size_t first_, std::size_t count_) : first(first_), count(count_) {}

  std::size_t first;
  std::size_t count;

  friend bool operator==(const Batch&, const Batch&) = default;
};

/// Splits the texts, in their order, into batches of at most `most_texts`, which have at most `most_bytes` together
/// unless a single text has more.
std::vector<Batch> split(std::span<const std::string> texts, std::size_t most_texts, std::size_t most_bytes);

}  // namespace fastccg::embed

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/embedding_request.hpp"
#include "exchange/receiver.hpp"
#include "fastccg/embed.hpp"

namespace fastccg::embed {

/// Puts the answers to the batches of one call together, in whatever order they come.
class Assembly {
 public:
  /// For the vectors of `count` texts.
  explicit Assembly(std::size_t count) : count_(count) {}

  /// How many numbers each vector must have; not set: as many as the first.
  void expect_dimensions(std::optional<int> dimensions) { expected_dimensions_ = dimensions; }

  /// Takes the vectors of the texts from `first` on. Returns what is wrong with them; empty if nothing is.
  std::string add(std::size_t first, const Vectors& vectors, CallInfo info);
  /// What was sent without an answer that counts.
  void add_attempts(int attempts) { result_.attempts += attempts; }
  int attempts() const noexcept { return result_.attempts; }

  /// The result, when all have been added; this object is spent.
  Embeddings take(const EmbeddingSettings& settings);

 private:
  std::size_t count_;
  std::optional<int> expected_dimensions_;
  Embeddings result_;
  bool all_have_usage_ = true;
  std::map<std::size_t, std::string> request_ids_;  // by the first text
};

}  // namespace fastccg::embed

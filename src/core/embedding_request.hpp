#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fastccg/embed.hpp"

namespace fastccg {

/// The texts of one request for vectors, in no provider's words. What it refers to outlives it.
class EmbeddingRequest {
 public:
  EmbeddingRequest(std::span<const std::string> texts_, const EmbeddingSettings& settings_, const ModelInfo& model_)
      : texts(texts_), settings(settings_), model(model_) {}

  /// What to write into the request: nothing for a model that has vectors of that size only, and refuses to be asked.
  std::optional<int> dimensions() const {
    const bool fixed = model.listed && model.dimensions && !model.reducible_dimensions;
    return fixed ? std::nullopt : settings.dimensions();
  }

  std::span<const std::string> texts;
  const EmbeddingSettings& settings;
  const ModelInfo& model;
};

/// What one answer must contain.
class ExpectedVectors {
 public:
  ExpectedVectors(std::size_t count_, std::optional<int> dimensions_) : count(count_), dimensions(dimensions_) {}

  std::size_t count;              ///< At least 1.
  std::optional<int> dimensions;  ///< How many numbers were asked for; none if that was left to the model.
};

/// What one answer contains: as many vectors as were expected, in the order of the texts, all of one size, which may be
/// another than the one asked for.
class Vectors {
 public:
  Vectors() = default;

  std::size_t dimensions = 0;
  std::vector<float> values;  ///< One vector after the other, every number finite.
  std::string model;          ///< As the provider names it; may be empty.
  Usage usage;
};

}  // namespace fastccg

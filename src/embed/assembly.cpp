#include "embed/assembly.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace fastccg::embed {

namespace {

/// How far from 1 a length may be to count as 1: some providers round each number to three digits.
constexpr double tolerance = 0.01;

double length_of(std::span<const float> vector) noexcept {
  double square = 0;
  for (const auto number : vector) square += static_cast<double>(number) * number;
  return std::sqrt(square);
}

bool is_one(double length) noexcept { return std::abs(length - 1) <= tolerance; }

void scale(std::span<float> vector, double length) noexcept {
  // A vector of zeros has no direction to keep.
  if (length == 0) return;
  for (auto& number : vector) number = static_cast<float>(number / length);
}

/// Scales what the settings say to scale. Returns whether all vectors then have a length of 1.
bool normalize(std::vector<float>& values, std::size_t dimensions, const EmbeddingSettings& settings) {
  const bool always = settings.normalize() == true;
  const bool where_needed = always || (!settings.normalize() && settings.dimensions());
  bool all = true;
  for (std::size_t at = 0; at < values.size(); at += dimensions) {
    const auto vector = std::span(values).subspan(at, dimensions);
    auto length = length_of(vector);
    if (always || (where_needed && !is_one(length))) {
      scale(vector, length);
      length = length_of(vector);
    }
    all = all && is_one(length);
  }
  return all;
}

/// A sum that is known only as long as each of its parts is.
void add_to(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& part) {
  if (part) sum = sum.value_or(0) + *part;
}

}  // namespace

std::string Assembly::add(std::size_t first, const Vectors& vectors, CallInfo info) {
  if (expected_dimensions_ && vectors.dimensions != static_cast<std::size_t>(*expected_dimensions_))
    return "vectors of " + std::to_string(*expected_dimensions_) +
           " numbers were asked for, and those that came have " + std::to_string(vectors.dimensions) +
           "; leave the setting dimensions out for this model";
  if (result_.dimensions == 0) {
    result_.dimensions = vectors.dimensions;
    result_.values.resize(count_ * vectors.dimensions);
    result_.provider_model = vectors.model;
  }
  if (vectors.dimensions != result_.dimensions)
    return "its vectors have " + std::to_string(vectors.dimensions) + " numbers, those of another request " +
           std::to_string(result_.dimensions);

  const auto place = result_.values.begin() + static_cast<std::ptrdiff_t>(first * result_.dimensions);
  std::ranges::copy(vectors.values, place);
  all_have_usage_ = all_have_usage_ && vectors.usage.total;
  add_to(result_.usage.input, vectors.usage.input);
  add_to(result_.usage.total, vectors.usage.total);
  add_attempts(info.attempts);
  if (!info.request_id.empty()) request_ids_.emplace(first, std::move(info.request_id));
  return {};
}

Embeddings Assembly::take(const EmbeddingSettings& settings) {
  if (!all_have_usage_) result_.usage = Usage();
  result_.tokens_used = result_.usage.total;
  for (auto& [first, id] : request_ids_) result_.request_ids.push_back(std::move(id));
  if (!result_.values.empty()) result_.normalized = normalize(result_.values, result_.dimensions, settings);
  return std::move(result_);
}

}  // namespace fastccg::embed

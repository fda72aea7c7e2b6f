#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/embedding_request.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::shared {

/// Collects the vectors of one answer in whatever order they come, and checks that they are what was expected. What is
/// wrong is said as a text, and all is well if it is empty.
class VectorCollector {
 public:
  /// `body_size` is that of the answer: what it claims to hold cannot exceed it. `int8` is what a vector in base64 is
  /// taken for where its size leaves it open.
  VectorCollector(const ExpectedVectors& expected, std::size_t body_size, bool int8);

  /// Takes the vector of the text of that index: a list of numbers, or base64 of them.
  std::string add(std::int64_t index, const json::Node& vector);
  /// All have been added: whether one is missing. Puts them into the order of the texts.
  std::string finish();
  /// The vectors, after `finish`; the collector is spent.
  Vectors take();

 private:
  enum class Bytes { unknown, float32, int8 };

  std::string add_numbers(const json::Node& list);
  std::string add_base64(std::string_view text);
  std::string end(std::size_t index, std::size_t first);
  Bytes bytes_of(std::string_view bytes) const;

  const ExpectedVectors expected_;
  const std::size_t body_size_;
  const bool int8_;
  Bytes bytes_ = Bytes::unknown;
  std::size_t dimensions_ = 0;
  std::vector<float> values_;       // in the order of arrival
  std::vector<std::size_t> place_;  // of the vector of each text in that order; `missing` until it has come
  std::size_t count_ = 0;
};

}  // namespace fastccg::protocols::shared

#include "protocols/shared/vectors.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <utility>

#include "core/base64.hpp"

namespace fastccg::protocols::shared {

namespace {

constexpr auto missing = static_cast<std::size_t>(-1);

std::uint32_t byte_at(std::string_view bytes, std::size_t at) noexcept { return static_cast<unsigned char>(bytes[at]); }

/// A number as it travels: four bytes, the lowest first.
float float_at(std::string_view bytes, std::size_t at) noexcept {
  return std::bit_cast<float>(byte_at(bytes, at) | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2) << 16 |
                              byte_at(bytes, at + 3) << 24);
}

/// Whether the bytes can be taken for floats. What is none has huge numbers and such as are no number: half of all bytes
/// below zero would be an exponent beyond any model's.
bool look_like_floats(std::string_view bytes) noexcept {
  if (bytes.size() % 4 != 0) return false;
  std::size_t odd = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 4) odd += std::abs(float_at(bytes, at)) < 1e6F ? 0 : 1;
  return odd * 8 <= bytes.size() / 4;
}

std::string number_of(std::size_t index) { return "the vector of text " + std::to_string(index); }

}  // namespace

VectorCollector::VectorCollector(const ExpectedVectors& expected, std::size_t body_size, bool int8)
    : expected_(expected), body_size_(body_size), int8_(int8), place_(expected.count, missing) {}

std::string VectorCollector::add(std::int64_t number, const json::Node& vector) {
  const auto index = static_cast<std::size_t>(number);
  if (number < 0 || index >= place_.size())
    return "it has a vector numbered " + std::to_string(number) + ", but there were " + std::to_string(place_.size()) +
           " texts, numbered from 0";
  if (place_[index] != missing) return "it has two vectors numbered " + std::to_string(index);

  const auto first = values_.size();
  std::string problem;
  if (const auto text = vector.string())
    problem = add_base64(*text);
  else if (vector.is_array())
    problem = add_numbers(vector);
  else
    problem = "is neither a list of numbers nor base64";
  return problem.empty() ? end(index, first) : number_of(index) + ' ' + problem;
}

std::string VectorCollector::add_numbers(const json::Node& list) {
  for (const auto element : list.elements()) {
    const auto number = element.number();
    if (!number) return "has something in it that is no number";
    if (!(std::abs(*number) <= FLT_MAX)) return "has a number that is not finite";
    values_.push_back(static_cast<float>(*number));
  }
  return {};
}

std::string VectorCollector::add_base64(std::string_view text) {
  const auto bytes = base64_decode(text);
  if (!bytes) return "is a text, but not base64";
  if (bytes_ == Bytes::unknown) bytes_ = bytes_of(*bytes);
  if (bytes_ == Bytes::int8) {
    for (const char byte : *bytes) values_.push_back(static_cast<signed char>(byte));
    return {};
  }
  if (bytes->size() % 4 != 0) return "has " + std::to_string(bytes->size()) + " bytes, which are no 32-bit numbers";
  for (std::size_t at = 0; at < bytes->size(); at += 4) {
    const auto number = float_at(*bytes, at);
    if (!std::isfinite(number)) return "has a number that is not finite";
    values_.push_back(number);
  }
  return {};
}

VectorCollector::Bytes VectorCollector::bytes_of(std::string_view bytes) const {
  if (expected_.dimensions) {
    const auto wanted = static_cast<std::size_t>(*expected_.dimensions);
    if (bytes.size() == 4 * wanted) return Bytes::float32;
    if (bytes.size() == wanted) return Bytes::int8;
  }
  return int8_ || !look_like_floats(bytes) ? Bytes::int8 : Bytes::float32;
}

/// Accounts for what stands in `values_` from `first` on.
std::string VectorCollector::end(std::size_t index, std::size_t first) {
  const auto size = values_.size() - first;
  if (size == 0) return number_of(index) + " is empty";
  if (dimensions_ == 0) {
    dimensions_ = size;
    values_.reserve(std::min(size * place_.size(), body_size_));
  }
  if (size != dimensions_)
    return number_of(index) + " has " + std::to_string(size) + " numbers, where another has " +
           std::to_string(dimensions_);
  place_[index] = count_++;
  return {};
}

std::string VectorCollector::finish() {
  if (count_ != place_.size()) {
    const auto first = std::ranges::find(place_, missing) - place_.begin();
    return "there were " + std::to_string(place_.size()) + " texts, but it has " + std::to_string(count_) +
           " vectors; the first that is missing is that of text " + std::to_string(first);
  }
  if (std::ranges::is_sorted(place_)) return {};

  std::vector<float> ordered;
  ordered.reserve(values_.size());
  for (const auto place : place_) {
    const auto from = values_.begin() + static_cast<std::ptrdiff_t>(place * dimensions_);
    ordered.insert(ordered.end(), from, from + static_cast<std::ptrdiff_t>(dimensions_));
  }
  values_ = std::move(ordered);
  return {};
}

Vectors VectorCollector::take() {
  Vectors vectors;
  vectors.dimensions = dimensions_;
  vectors.values = std::move(values_);
  return vectors;
}

}  // namespace fastccg::protocols::shared

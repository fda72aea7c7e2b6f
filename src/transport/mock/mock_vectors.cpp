#include "transport/mock/mock_vectors.hpp"

#include <cmath>
#include <cstdint>
#include <random>

namespace fastccg::transport {

namespace {

bool belongs_to_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) > 127;
}

/// FNV-1a, without regard to the case of ASCII letters.
std::uint64_t hash_of(std::string_view word) noexcept {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : word) {
    const char lowered = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    hash = (hash ^ static_cast<unsigned char>(lowered)) * 1099511628211u;
  }
  return hash;
}

void add_word(std::string_view word, std::vector<double>& sum) {
  // The standard says which numbers this generator gives, unlike those of the distributions.
  std::mt19937_64 random(hash_of(word));
  for (auto& number : sum) number += static_cast<double>(random() >> 11) / (std::uint64_t{1} << 52) - 1;
}

}  // namespace

std::vector<float> mock_vector(std::string_view text, std::size_t dimensions) {
  std::vector<double> sum(dimensions);
  bool has_words = false;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && belongs_to_word(text[end])) ++end;
    if (end > begin) {
      add_word(text.substr(begin, end - begin), sum);
      has_words = true;
    }
    begin = end + 1;
  }
  if (!has_words) add_word(text, sum);

  double squares = 0;
  for (const double number : sum) squares += number * number;
  std::vector<float> vector;
  vector.reserve(dimensions);
  for (const double number : sum) vector.push_back(static_cast<float>(number / std::sqrt(squares)));
  return vector;
}

}  // namespace fastccg::transport

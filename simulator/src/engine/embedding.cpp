#include "engine/embedding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "engine/tokens.hpp"
#include "model/text.hpp"

namespace fastccg::sim {
namespace {

constexpr std::size_t most_words = 1000;

// Adds a direction of the word's own.
void add_word(std::vector<float>& sum, std::string_view word) {
  Random random(hash(to_lower(trim(word))));
  constexpr double half_range = 9007199254740992.0;  // 2^53
  for (auto& number : sum) {
    // The sum of two even numbers is near enough to a bell.
    const auto a = static_cast<double>(random.next() >> 10U) / half_range;
    const auto b = static_cast<double>(random.next() >> 10U) / half_range;
    number += static_cast<float>(a + b - 2);
  }
}

}  // namespace

std::vector<float> embed(std::string_view text, std::size_t dimensions) {
  std::vector<float> sum(dimensions);
  std::size_t words = 0;
  for (const auto token : tokenize(text)) {
    const auto word = trim(token);
    if (word.empty()) continue;
    if (++words > most_words) break;
    add_word(sum, word);
  }
  if (words == 0) add_word(sum, "");
  return normalized(std::move(sum));
}

std::vector<float> normalized(std::vector<float> vector) {
  double square = 0;
  for (const auto number : vector) square += static_cast<double>(number) * static_cast<double>(number);
  if (square <= 0) return vector;
  const auto length = std::sqrt(square);
  for (auto& number : vector) number = static_cast<float>(static_cast<double>(number) / length);
  return vector;
}

float rounded_to_half(float value) noexcept {
  if (value == 0 || !std::isfinite(value)) return value;
  constexpr int digits = 10;
  constexpr int smallest_exponent = -14;
  const auto exponent = std::max(std::ilogb(value), smallest_exponent);
  const auto step = std::ldexp(1.0F, exponent - digits);
  return std::nearbyint(value / step) * step;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = (three << 8U) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      result += i + k <= bytes.size() ? alphabet[(three >> (18U - 6U * static_cast<unsigned>(k))) & 63U] : '=';
  }
  return result;
}

std::string base64_of_floats(const std::vector<float>& vector) {
  std::string bytes;
  bytes.reserve(vector.size() * 4);
  for (const auto number : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (auto shift = 0U; shift < 32U; shift += 8U) bytes += static_cast<char>((bits >> shift) & 0xFFU);
  }
  return base64(bytes);
}

}  // namespace fastccg::sim

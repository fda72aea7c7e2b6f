#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fastccg::sim {

/// Bytes above 127 are nobody's letters here, so that these work the same under every locale.
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
/// Letters, digits, and whatever belongs to a character outside ASCII.
constexpr bool is_word(char c) noexcept {
  return is_lower(c) || is_upper(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text) noexcept;
/// At most `limit` bytes, without cutting a UTF-8 character in two.
std::string_view prefix(std::string_view text, std::size_t limit) noexcept;
/// A JSON string, quotes included.
std::string in_quotes(std::string_view text);

/// FNV-1a, the same on every machine.
std::uint64_t hash(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325U) noexcept;

/// Numbers that look random and follow from a seed alone (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept;
  /// From 0 to `bound - 1`; 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }
  /// Letters and digits, for ids.
  std::string letters(std::size_t count);

 private:
  std::uint64_t state_;
};

}  // namespace fastccg::sim

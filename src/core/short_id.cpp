#include "core/short_id.hpp"

namespace fastccg {

namespace {

/// FNV-1a.
std::uint64_t hash(std::string_view text, std::uint64_t salt) noexcept {
  std::uint64_t value = 14695981039346656037ull + salt;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 1099511628211ull;
  }
  return value;
}

}  // namespace

std::string short_id(std::string_view text, std::uint64_t salt, std::size_t length) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto value = hash(text, salt);
  std::string out;
  for (std::size_t i = 0; i < length; ++i, value /= digits.size()) out += digits[value % digits.size()];
  return out;
}

}  // namespace fastccg

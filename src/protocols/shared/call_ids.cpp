#include "protocols/shared/call_ids.hpp"

#include <cstdint>
#include <utility>

namespace fastccg::protocols::shared {

namespace {

/// FNV-1a: the same on every machine, unlike std::hash.
std::uint64_t hash(std::string_view text, std::uint64_t salt) noexcept {
  std::uint64_t value = 14695981039346656037ull + salt;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 1099511628211ull;
  }
  return value;
}

std::string base62(std::uint64_t value, std::size_t length) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  for (std::size_t i = 0; i < length; ++i, value /= digits.size()) out += digits[value % digits.size()];
  return out;
}

}  // namespace

CallIds::CallIds(std::string prefix, std::size_t length, std::function<bool(std::string_view)> is_legal)
    : prefix_(std::move(prefix)), length_(length), is_legal_(std::move(is_legal)) {}

const std::string& CallIds::operator[](const std::string& id) {
  const auto known = made_.find(id);
  if (known != made_.end()) return known->second;
  auto wire = is_legal_(id) ? id : prefix_ + base62(hash(id, 0), length_);
  for (std::uint64_t salt = 1; !taken_.emplace(wire, id).second; ++salt)
    wire = prefix_ + base62(hash(id, salt), length_);
  return made_.emplace(id, std::move(wire)).first->second;
}

}  // namespace fastccg::protocols::shared

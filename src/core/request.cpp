#include "core/request.hpp"

#include <algorithm>
#include <string_view>

namespace fastccg {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool is_same_header(std::string_view name, std::string_view other) noexcept {
  return name.size() == other.size() && std::ranges::equal(name, other, {}, lower, lower);
}

const std::string* find_header(const Headers& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers)
    if (is_same_header(key, name)) return &value;
  return nullptr;
}

}  // namespace fastccg

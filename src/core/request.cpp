#include "core/request.hpp"

#include <algorithm>
#include <string_view>

namespace fastccg {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers)
    if (std::ranges::equal(key, name, {}, lower, lower)) return &value;
  return nullptr;
}

}  // namespace fastccg

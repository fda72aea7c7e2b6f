#include "embed/too_much.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace fastccg::embed {

bool asks_for_less(const Error& error) {
  constexpr auto words = std::to_array<std::string_view>({"too many", "too large", "batch", "per request"});
  if (error.kind == ErrorKind::context_too_long || error.status == 413) return true;
  if (error.kind != ErrorKind::invalid_request) return false;
  auto text = error.provider_message;
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string::npos; });
}

}  // namespace fastccg::embed

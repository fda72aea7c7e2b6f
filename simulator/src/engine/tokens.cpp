#include "engine/tokens.hpp"

#include "model/text.hpp"

namespace fastccg::sim {
namespace {

constexpr std::size_t longest_word = 10;

// The length of the first token of a text that is not empty.
std::size_t token_length(std::string_view text) noexcept {
  std::size_t at = 0;
  if (text[0] == ' ' && text.size() > 1 && is_word(text[1])) at = 1;
  if (!is_word(text[at])) {
    const auto first = text[at];
    while (at < text.size() && at < longest_word && text[at] == first && is_space(first)) ++at;
    return at == 0 ? 1 : at;
  }
  auto end = at;
  while (end < text.size() && end - at < longest_word && is_word(text[end])) ++end;
  if (end == text.size()) return end;
  const auto whole = prefix(text, end).size();
  return whole > at ? whole : end;
}

}  // namespace

std::vector<std::string_view> tokenize(std::string_view text) {
  std::vector<std::string_view> tokens;
  tokens.reserve(text.size() / 4 + 1);
  while (!text.empty()) {
    const auto length = token_length(text);
    tokens.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return tokens;
}

std::size_t count_tokens(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(token_length(text))) ++count;
  return count;
}

}  // namespace fastccg::sim

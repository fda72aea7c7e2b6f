#include "protocols/chat_completions/chunk_pattern.hpp"

#include <utility>

#include "json/escape.hpp"
#include "protocols/chat_completions/kept.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

/// Some servers write another number into each chunk.
constexpr int most_in_vain = 16;

bool is_container(const json::Node& value) noexcept { return value.is_object() || value.is_array(); }

bool says_nothing(const json::Node& value) noexcept {
  return value.is_null() || (value.is_string() && value.text().empty());
}

bool has_other_effect(std::string_view name) noexcept {
  return name == "citations" || name == "search_results" || name == kinds::moderation;
}

bool adds_only_text(const json::Node& delta) noexcept {
  int texts = 0;
  for (const auto& [name, value] : delta.members()) {
    if (name == "content") {
      if (!value.is_string()) return false;
      ++texts;
    } else if (name == "role") {
      if (is_container(value)) return false;
    } else if (name == "audio" || name == kinds::reasoning_opaque || !says_nothing(value)) {
      return false;
    }
  }
  return texts == 1;
}

/// The delta of the only choice, if nothing around it has an effect; the names of answer and model have one until both are
/// known. What is "content" elsewhere could be mistaken for the delta's.
json::Node only_delta(const json::Node& root) noexcept {
  if (root["model"].text().empty()) return {};
  json::Node choices;
  for (const auto& [name, value] : root.members()) {
    if (name == "choices" && !choices)
      choices = value;
    else if (is_container(value) || name == "content" || has_other_effect(name))
      return {};
  }
  if (choices.size() != 1) return {};
  const auto choice = choices.at(0);
  if (choice["index"].integer().value_or(0) != 0) return {};
  json::Node delta;
  for (const auto& [name, value] : choice.members()) {
    if (name == "delta" && !delta)
      delta = value;
    else if (is_container(value) || name == "content" || (name == "logprobs" && value) ||
             (name == "finish_reason" && !value.text().empty()))
      return {};
  }
  return delta;
}

/// Parts the JSON text at the string of the first member of that name: up to and with the quotation mark that opens it, and
/// from the one that closes it. A comma or a brace before a quotation mark shows that it opens a string.
std::optional<std::pair<std::string_view, std::string_view>> part_at(std::string_view json,
                                                                     std::string_view member) noexcept {
  const auto found = json.find(member);
  if (found == std::string_view::npos || found == 0 || (json[found - 1] != ',' && json[found - 1] != '{'))
    return std::nullopt;
  const auto begin = found + member.size();
  auto end = begin;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  if (end >= json.size()) return std::nullopt;
  return std::pair(json.substr(0, begin), json.substr(end));
}

/// Takes what stands before the next quotation mark off, if it is a string's content as it stands.
std::optional<std::string_view> take_plain(std::string_view& rest) noexcept {
  std::size_t size = 0;
  unsigned char all = 0;
  for (; size < rest.size() && rest[size] != '"'; ++size) {
    const auto c = static_cast<unsigned char>(rest[size]);
    if (c < 0x20 || c == '\\') return std::nullopt;
    all |= c;
  }
  const auto text = rest.substr(0, size);
  if (all >= 0x80 && !json::is_utf8(text)) return std::nullopt;
  rest.remove_prefix(size);
  return text;
}

}  // namespace

std::optional<std::string_view> ChunkPattern::text_of(std::string_view chunk) noexcept {
  if (before_.empty() || !chunk.starts_with(before_)) return std::nullopt;
  chunk.remove_prefix(before_.size());
  const auto text = take_plain(chunk);
  if (!text) return std::nullopt;
  if (!between_.empty()) {
    if (!chunk.starts_with(between_)) return std::nullopt;
    chunk.remove_prefix(between_.size());
    if (!take_plain(chunk)) return std::nullopt;
  }
  if (chunk != after_) return std::nullopt;
  learned_in_vain_ = 0;
  return text;
}

void ChunkPattern::learn(std::string_view chunk, const json::Node& root) {
  if (learned_in_vain_ == most_in_vain || !adds_only_text(only_delta(root))) return;
  const auto parts = part_at(chunk, R"("content":")");
  if (!parts) return;
  ++learned_in_vain_;
  before_ = parts->first;
  between_.clear();
  after_ = parts->second;
  if (const auto padding = part_at(parts->second, R"("obfuscation":")")) {
    between_ = padding->first;
    after_ = padding->second;
  }
}

}  // namespace fastccg::protocols::chat_completions

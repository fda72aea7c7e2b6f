#include "exchange/redact.hpp"

#include <charconv>
#include <string>

namespace fastccg {

namespace {

constexpr std::string_view replacement = "[key]";

/// What is shorter guards nothing, and would be found in half of all words.
constexpr std::size_t shortest_key = 6;

/// Whether `text` begins with `digits` hexadecimal digits that stand for `c`.
bool is_hex_of(std::string_view text, std::size_t digits, char c) {
  if (text.size() < digits) return false;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, 16);
  return error == std::errc() && end == text.data() + digits && value == static_cast<unsigned char>(c);
}

/// How many bytes at the beginning of `text` stand for `c`, plainly or as JSON and URLs write it; 0 if none do.
std::size_t length_of(char c, std::string_view text) {
  if (text.front() == c) return 1;
  if (text.front() == '%' && is_hex_of(text.substr(1), 2, c)) return 3;
  if (text.front() != '\\' || text.size() < 2) return 0;
  if (text[1] == c) return 2;
  return text[1] == 'u' && is_hex_of(text.substr(2), 4, c) ? 6 : 0;
}

/// How many bytes at the beginning of `text` are the key, or the beginning of it that a cut text ends with; 0 if none.
std::size_t length_of_key(std::string_view text, std::string_view key) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (at == text.size()) return i >= shortest_key ? at : 0;
    const auto length = length_of(key[i], text.substr(at));
    if (length == 0) return 0;
    at += length;
  }
  return at;
}

void remove_key(std::string& text, std::string_view key) {
  const std::string beginnings{key.front(), '\\', '%'};
  for (auto at = text.find_first_of(beginnings); at != std::string::npos; at = text.find_first_of(beginnings, at)) {
    const auto length = length_of_key(std::string_view(text).substr(at), key);
    if (length > 0) text.replace(at, length, replacement);
    at += length > 0 ? replacement.size() : 1;
  }
}

}  // namespace

void redact(Error& error, std::string_view key) {
  if (key.size() < shortest_key) return;
  for (auto* text :
       {&error.message, &error.provider_message, &error.code, &error.param, &error.request_id, &error.body})
    remove_key(*text, key);
}

std::string redacted(std::string text, std::string_view key) {
  if (key.size() >= shortest_key) remove_key(text, key);
  return text;
}

}  // namespace fastccg

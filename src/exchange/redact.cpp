#include "exchange/redact.hpp"

#include <string>

namespace fastccg {

namespace {

constexpr std::string_view replacement = "[key]";

/// What is shorter guards nothing, and would be found in half of all words.
constexpr std::size_t shortest_key = 6;

void remove_key(std::string& text, std::string_view key) {
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + replacement.size()))
    text.replace(at, key.size(), replacement);
}

}  // namespace

void redact(Error& error, std::string_view key) {
  if (key.size() < shortest_key) return;
  for (auto* text :
       {&error.message, &error.provider_message, &error.code, &error.param, &error.request_id, &error.body})
    remove_key(*text, key);
}

}  // namespace fastccg

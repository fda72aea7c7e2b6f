#include "json/escape.hpp"

#include <simdjson.h>

#include <array>

namespace fastccg::json {

namespace {

/// For each byte: zero if it stands for itself, the letter of its short escape, or 'u'.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
  table[0x7F] = 'u';  // legal as it is, but invisible
  table['"'] = '"';
  table['\\'] = '\\';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['\b'] = 'b';
  table['\f'] = 'f';
  return table;
}();

void append_escape(std::string& out, unsigned char byte) {
  const char letter = escapes[byte];
  out += '\\';
  out += letter;
  if (letter != 'u') return;
  constexpr std::string_view digits = "0123456789abcdef";
  out += "00";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace

bool is_utf8(std::string_view text) noexcept { return simdjson::validate_utf8(text.data(), text.size()); }

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (escapes[byte] == 0) continue;
    out.append(text, written, i - written);
    append_escape(out, byte);
    written = i + 1;
  }
  out.append(text, written);
  out += '"';
}

}  // namespace fastccg::json

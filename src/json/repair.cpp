#include "json/repair.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>

namespace fastccg::json {

namespace {

bool is_number(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// The code unit of an escape "\uXXXX" at the beginning of the text.
std::optional<unsigned> code_unit(std::string_view text) noexcept {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc() || end != text.data() + 6) return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

void append_number(std::string& out, std::string_view number) {
  out += number;
  if (number.size() < 19 && number.find_first_of("eE") == std::string_view::npos) return;
  if (number.find_first_of(".eE") == std::string_view::npos) {
    out += ".0";
  } else if (const std::string text(number); std::abs(std::strtod(text.c_str(), nullptr)) > 1.7e308) {
    out.replace(out.size() - number.size(), number.size(), "null");
  }
}

/// Appends the string that begins at the front of the text, and returns how long it was.
std::size_t append_string(std::string& out, std::string_view text) {
  std::size_t i = 1;
  out += '"';
  while (i < text.size() && text[i] != '"') {
    if (text[i] != '\\') {
      out += text[i++];
      continue;
    }
    const auto unit = code_unit(text.substr(i));
    if (!unit || (!is_high(*unit) && !is_low(*unit))) {
      out += text.substr(i, 2);
      i += 2;
      continue;
    }
    const auto next = is_high(*unit) ? code_unit(text.substr(i + 6)) : std::nullopt;
    const bool pair = next && is_low(*next);
    out += pair ? text.substr(i, 12) : std::string_view("\\ufffd");
    i += pair ? 12 : 6;
  }
  if (i >= text.size()) return text.size();
  out += '"';
  return i + 1;
}

}  // namespace

std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      i += append_string(out, text.substr(i));
    } else if (is_number(text[i]) && text[i] != 'e' && text[i] != 'E') {
      auto end = i;
      while (end < text.size() && is_number(text[end])) ++end;
      append_number(out, text.substr(i, end - i));
      i = end;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace fastccg::json

#include "core/base64.hpp"

#include <array>
#include <cstdint>

namespace fastccg {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_base64 = 0xFF;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(not_base64);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) noexcept {
  return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0u;
}

/// How many of the last four characters are padding, if it is of the right form.
std::optional<std::size_t> padding(std::string_view text) noexcept {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    text += alphabet[group >> 18 & 63];
    text += alphabet[group >> 12 & 63];
    text += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  const auto padded = padding(text);
  if (!padded) return std::nullopt;
  const auto digits = text.size() - *padded;
  const auto value = [text](std::size_t i) { return values[static_cast<unsigned char>(text[i])]; };

  std::string bytes(text.size() / 4 * 3, '\0');
  char* out = bytes.data();
  unsigned bad = 0;  // no digit has one of the two highest bits
  std::size_t i = 0;
  for (; i + 4 <= digits; i += 4) {
    const std::uint32_t a = value(i), b = value(i + 1), c = value(i + 2), d = value(i + 3);
    bad |= a | b | c | d;
    const auto bits = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<char>(bits >> 16 & 0xFF);
    *out++ = static_cast<char>(bits >> 8 & 0xFF);
    *out++ = static_cast<char>(bits & 0xFF);
  }
  if (*padded > 0) {
    const std::uint32_t a = value(i), b = value(i + 1), c = *padded == 1 ? value(i + 2) : std::uint8_t{0};
    bad |= a | b | c;
    const auto bits = a << 18 | b << 12 | c << 6;
    // What the padding stands for is zero in a canonical text, and not part of the bytes.
    if ((bits & (*padded == 1 ? 0xFFu : 0xFFFFu)) != 0) return std::nullopt;
    *out++ = static_cast<char>(bits >> 16 & 0xFF);
    if (*padded == 1) *out = static_cast<char>(bits >> 8 & 0xFF);
    bytes.resize(bytes.size() - *padded);
  }
  if (bad > 63) return std::nullopt;
  return bytes;
}

}  // namespace fastccg

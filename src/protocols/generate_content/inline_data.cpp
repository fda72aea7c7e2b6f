#include "protocols/generate_content/inline_data.hpp"

#include "core/base64.hpp"

namespace fastccg::protocols::generate_content {

std::optional<std::string> read_base64(std::string_view text) {
  if (auto bytes = base64_decode(text)) return bytes;
  std::string plain;
  plain.reserve(text.size() + 3);
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    plain += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  while (plain.size() % 4 != 0) plain += '=';
  return base64_decode(plain);
}

}  // namespace fastccg::protocols::generate_content

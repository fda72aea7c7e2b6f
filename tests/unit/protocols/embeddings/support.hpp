#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base64.hpp"
#include "core/embedding_request.hpp"
#include "protocols/protocols.hpp"

namespace fastccg::protocols {

inline constexpr Dialect plain_dialect("test", Quirk::none);

/// The vectors as text, "1,2;3,4", or the error's message.
inline std::string said(const Result<Vectors>& outcome) {
  if (!outcome) return outcome.error().message;
  std::string all;
  for (std::size_t i = 0; i < outcome->values.size(); ++i) {
    if (i > 0) all += i % outcome->dimensions == 0 ? ';' : ',';
    auto number = std::to_string(outcome->values[i]);
    number.erase(number.find_last_not_of('0') + 1);
    if (number.ends_with('.')) number.pop_back();
    all += number;
  }
  return all;
}

/// These numbers as they travel in base64.
inline std::string base64_of(const std::vector<float>& numbers) {
  std::string bytes;
  for (const float number : numbers) {
    std::uint32_t bits = 0;
    static_assert(sizeof bits == sizeof number);
    std::memcpy(&bits, &number, sizeof bits);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xFF);
  }
  return base64_encode(bytes);
}

class AskedFor {
 public:
  explicit AskedFor(Speaks speaks_) : speaks(speaks_) {}

  Speaks speaks;
  Dialect dialect = plain_dialect;
  std::vector<std::string> texts{"a", "b"};
  EmbeddingSettings settings;
  ModelInfo model;

  Rendered render() const { return find_embedding(speaks)->render(EmbeddingRequest(texts, settings, model), dialect); }
  std::string body() const { return render().body; }
  std::string warned() const {
    std::string all;
    for (const auto& warning : render().warnings) all += warning.setting + ' ';
    return all;
  }
};

}  // namespace fastccg::protocols

#include "model/http.hpp"

#include "model/text.hpp"

namespace fastccg::sim {

std::string_view find_header(const Headers& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

std::string_view Request::key() const noexcept {
  constexpr std::string_view bearer = "bearer ";
  const auto authorization = header("authorization");
  if (authorization.size() >= bearer.size() && equal_ignoring_case(authorization.substr(0, bearer.size()), bearer))
    return trim(authorization.substr(bearer.size()));
  for (const auto* name : {"x-api-key", "api-key", "x-goog-api-key"})
    if (const auto value = header(name); !value.empty()) return value;
  return parameter("key");
}

std::string_view Request::parameter(std::string_view name) const noexcept {
  std::string_view rest = query;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name) return equals == std::string_view::npos ? "" : pair.substr(equals + 1);
  }
  return {};
}

}  // namespace fastccg::sim

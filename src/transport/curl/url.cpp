#include "transport/curl/url.hpp"

#include <algorithm>
#include <cctype>

namespace fastccg::transport {
namespace {

bool starts_with(std::string_view text, std::string_view lower_case_prefix) noexcept {
  return text.size() >= lower_case_prefix.size() &&
         std::equal(lower_case_prefix.begin(), lower_case_prefix.end(), text.begin(),
                    [](char wanted, unsigned char found) { return wanted == std::tolower(found); });
}

bool equals(std::string_view text, std::string_view lower_case) noexcept {
  return text.size() == lower_case.size() && starts_with(text, lower_case);
}

/// Without user, port, and a final dot. An address of IPv6 keeps its brackets.
std::string_view host_of(std::string_view url) noexcept {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string_view();
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  const std::size_t bracket = host.find(']');
  host = host.substr(0, bracket != std::string_view::npos ? bracket + 1 : host.find(':'));
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return host;
}

}  // namespace

bool is_http_url(std::string_view url) noexcept { return starts_with(url, "http://") || starts_with(url, "https://"); }

bool is_loopback_url(std::string_view url) noexcept {
  const std::string_view host = host_of(url);
  if (equals(host, "localhost") || host == "[::1]") return true;
  // Not a name such as "127.example.com".
  return starts_with(host, "127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace fastccg::transport

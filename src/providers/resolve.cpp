#include "providers/resolve.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "fastccg/error.hpp"

namespace fastccg::providers {

namespace {

[[noreturn]] void refuse(ErrorKind kind, std::string why) { throw_error(Error(kind, std::move(why))); }

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_unprintable(char c) noexcept { return c <= ' ' || c >= 127; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string variable(std::string_view name) {
  if (name.empty()) return {};
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::string(trimmed(value)) : std::string();
}

/// The variables of a list that is separated by blanks.
template <class Use>
void for_each_name(std::string_view names, Use use) {
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    use(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

/// A URL's parts, as far as we look at them.
class Url {
 public:
  std::string scheme;
  std::string_view authority;
  std::string_view host;
  std::string_view port;
  std::string_view rest;
};

std::optional<Url> split(std::string_view text) {
  Url url;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  url.scheme = lowered(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  const auto end = std::min(text.find_first_of("/?#\\"), text.size());
  url.authority = text.substr(0, end);
  url.rest = text.substr(end);

  auto place = url.authority.substr(url.authority.rfind('@') + 1);  // npos + 1 is 0
  const auto bracket = place.starts_with('[') ? place.find(']') : std::string_view::npos;
  const auto port = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = place.substr(0, port);
  if (port != std::string_view::npos) url.port = place.substr(port + 1);
  return url;
}

bool is_port(std::string_view text) noexcept {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

/// Four decimal numbers, the first of which is 127. Shorter and octal forms are not taken for addresses: what they
/// mean differs from one library to the next.
bool is_loopback_v4(std::string_view host) noexcept {
  int count = 0;
  bool first_is_127 = false;
  const char* at = host.data();
  const char* const end = host.data() + host.size();
  while (at != end && count < 4) {
    unsigned number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number > 255 || next - at > 3 || (next - at > 1 && *at == '0')) return false;
    if (count++ == 0) first_is_127 = number == 127;
    at = next;
    if (count < 4) {
      if (at == end || *at != '.') return false;
      ++at;
    }
  }
  return count == 4 && at == end && first_is_127;
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string names_of_all() {
  std::string all;
  for (const auto& row : table) all += (all.empty() ? "" : ", ") + std::string(row.name);
  return all;
}

}  // namespace

const Provider& find_or_throw(std::string_view name) {
  if (const auto* row = find(name)) return *row;
  refuse(ErrorKind::usage, "there is no provider '" + std::string(name) + "'; there are " + names_of_all());
}

SplitName split_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == name.size())
    refuse(ErrorKind::usage,
           "'" + std::string(name) + "' is not a model's name: write provider/model, as in openai/gpt-4o");
  return SplitName(find_or_throw(name.substr(0, slash)), std::string(name.substr(slash + 1)));
}

std::string resolve_base_url(const Provider& provider, std::string_view given) {
  if (!given.empty()) {
    check_url(given);
    return without_slashes(std::string(given));
  }
  if (auto url = without_slashes(variable(provider.base_url_variable)); !url.empty()) {
    check_url(url);
    // Libraries differ in whether the path belongs to the address, and so do the people who set the variable.
    const auto& path = provider.base_url_path;
    if (!path.empty() && !url.ends_with(path)) url += path;
    return url;
  }
  if (provider.base_url.empty())
    refuse(ErrorKind::usage, "the provider " + std::string(provider.name) + " has no address of its own: set " +
                                 std::string(provider.base_url_variable) + ", or give one with Endpoint::base_url");
  return std::string(provider.base_url);
}

std::string resolve_key(const Provider& provider, std::string_view given, std::string_view added) {
  std::string key(trimmed(given));
  if (key.empty()) key = trimmed(added);
  for_each_name(provider.key_variable, [&key](std::string_view name) {
    if (key.empty()) key = variable(name);
  });
  if (std::ranges::any_of(key, is_unprintable))
    refuse(ErrorKind::usage, "the API key for " + std::string(provider.name) +
                                 " has blanks, control characters or characters outside ASCII in it");
  if (!key.empty() || provider.auth == Auth::optional) return key;

  std::string names;
  for_each_name(provider.key_variable,
                [&names](std::string_view name) { names += (names.empty() ? "" : " or ") + std::string(name); });
  const std::string name(provider.name);
  Error error(ErrorKind::missing_key, "there is no API key for " + name + ": set the environment variable " + names +
                                          ", call add_key(\"" + name + "\", ...), or pass the key to init_model");
  error.provider = name;
  throw_error(std::move(error));
}

void check_url(std::string_view url) {
  const auto bad = [](const char* why) { refuse(ErrorKind::usage, std::string("the base URL is no good: ") + why); };
  if (std::ranges::any_of(url, is_unprintable)) bad("it has blanks, control characters or characters outside ASCII");
  const auto parts = split(url);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https")) bad("it must begin with http:// or https://");
  if (parts->authority.find('@') != std::string_view::npos) bad("it has a user name or password in it; use an API key");
  if (parts->host.empty() || parts->host == "[]") bad("it has no host");
  if (parts->authority.find(':', parts->host.size()) != std::string_view::npos && !is_port(parts->port))
    bad("its port is not a number from 1 to 65535");
  if (parts->rest.find_first_of("?#\\") != std::string_view::npos) bad("it has a query, a fragment or a backslash");
}

bool is_loopback(std::string_view url) noexcept {
  const auto parts = split(url);
  if (!parts) return false;
  auto host = lowered(parts->host);
  return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

void check_key_may_travel(std::string_view url, bool allow_plain_http) {
  const auto parts = split(url);
  if (allow_plain_http || url == in_process_address || (parts && parts->scheme == "https") || is_loopback(url)) return;
  refuse(ErrorKind::usage,
         "the API key would go over plain http to another machine: use https, or allow it with "
         "Endpoint::allow_plain_http");
}

}  // namespace fastccg::providers

#include "fastccg/endpoint.hpp"

#include <utility>

#include "fastccg/error.hpp"
#include "providers/resolve.hpp"

namespace fastccg {

namespace {

std::string checked_url(std::string url, const char* what) {
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= ' ' || c == 127)
      throw_error(Error(ErrorKind::usage, std::string(what) + " must not have blanks or control characters"));
  return url;
}

}  // namespace

Endpoint& Endpoint::base_url(std::string url) {
  base_url_ = checked_url(std::move(url), "a base URL");
  if (!base_url_.empty()) providers::check_url(base_url_);
  return *this;
}

Endpoint& Endpoint::protocol(std::string name) {
  if (!name.empty() && name != "chat_completions" && name != "responses")
    throw_error(Error(ErrorKind::usage, "the protocol must be \"chat_completions\" or \"responses\""));
  protocol_ = std::move(name);
  return *this;
}

Endpoint& Endpoint::allow_plain_http(bool allow) {
  allow_plain_http_ = allow;
  return *this;
}

Endpoint& Endpoint::proxy(std::string url) {
  proxy_ = checked_url(std::move(url), "a proxy URL");
  return *this;
}

Endpoint& Endpoint::ca_file(std::string path) {
  ca_file_ = std::move(path);
  return *this;
}

}  // namespace fastccg

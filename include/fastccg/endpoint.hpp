#pragma once

#include <optional>
#include <string>

namespace fastccg {

/// Where a model's requests go, if not to where its provider or the environment say.
class Endpoint {
 public:
  Endpoint() = default;

  /// The address up to, and without, the path of the call: "https://host/v1" for a server that speaks as OpenAI does.
  /// Throws `UsageError` unless it is an absolute http or https URL without control characters.
  Endpoint& base_url(std::string url);
  /// Speaks "responses" (OpenAI's Responses API) or "chat_completions", for providers that have both. Not set: chat
  /// completions, or what the catalogue says that the model needs. Throws `UsageError` for another name.
  Endpoint& protocol(std::string name);
  /// Allows a key to go over plain http to a host other than the local one. Off by default.
  Endpoint& allow_plain_http(bool allow);
  /// A proxy such as "http://proxy:3128" or "socks5h://localhost:1080"; an empty text means none at all.
  /// Not set: what the environment says (HTTPS_PROXY, ALL_PROXY, NO_PROXY).
  Endpoint& proxy(std::string url);
  /// A file of trusted certificates (PEM) instead of the system's.
  Endpoint& ca_file(std::string path);

  const std::string& base_url() const noexcept { return base_url_; }
  const std::string& protocol() const noexcept { return protocol_; }
  bool allow_plain_http() const noexcept { return allow_plain_http_; }
  const std::optional<std::string>& proxy() const noexcept { return proxy_; }
  const std::string& ca_file() const noexcept { return ca_file_; }

 private:
  std::string base_url_;
  std::string protocol_;
  bool allow_plain_http_ = false;
  std::optional<std::string> proxy_;
  std::string ca_file_;
};

}  // namespace fastccg

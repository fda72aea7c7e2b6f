#include "exchange/http_request.hpp"

#include <utility>

namespace fastccg {

namespace {

void remove(Headers& headers, std::string_view name) {
  std::erase_if(headers, [name](const auto& header) { return is_same_header(header.first, name); });
}

Headers request_headers(const Target& target, const protocols::Rendered& rendered, const CallOptions& options) {
  Headers headers;
  headers.reserve(3 + rendered.headers.size() + options.extra_headers.size());
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("Accept", options.stream ? "text/event-stream" : "application/json");
  headers.insert(headers.end(), rendered.headers.begin(), rendered.headers.end());
  for (const auto& [name, value] : options.extra_headers) {
    // Flags of features in trial add up: the protocol may need some, and the user others.
    const auto* own = is_same_header(name, "anthropic-beta") ? find_header(headers, name) : nullptr;
    const auto all = own ? *own + "," + value : value;
    remove(headers, name);
    headers.emplace_back(name, all);
  }

  const auto& provider = *target.provider;
  const bool own_header = provider.auth == providers::Auth::header;
  const std::string name = own_header ? std::string(provider.auth_header) : "Authorization";
  remove(headers, name);
  if (!target.key.empty()) headers.emplace_back(name, own_header ? target.key : "Bearer " + target.key);
  return headers;
}

}  // namespace

transport::HttpRequest make_http_request(const Target& target, protocols::Rendered& rendered,
                                         const CallOptions& options) {
  transport::HttpRequest http;
  http.url = target.base_url + rendered.path;
  http.headers = request_headers(target, rendered, options);
  http.body = std::move(rendered.body);
  http.connect_timeout = options.timeouts.connect();
  http.limits = options.limits;
  http.streaming = options.stream;
  http.proxy = target.proxy;
  http.ca_file = target.ca_file;
  return http;
}

std::string request_id_of(const Headers& headers) {
  for (const auto* name :
       {"x-request-id", "request-id", "x-goog-request-id", "mistral-correlation-id", "apim-request-id"})
    if (const auto* id = find_header(headers, name)) return *id;
  return {};
}

}  // namespace fastccg

#include "conversation/init.hpp"

#include <utility>

#include "conversation/keys.hpp"
#include "fastccg/catalog.hpp"
#include "fastccg/model.hpp"
#include "providers/resolve.hpp"

namespace fastccg {

namespace {

constexpr std::string_view chat_completions = "chat_completions";
constexpr std::string_view responses = "responses";

protocols::Speaks choose_protocol(const providers::Provider& provider, const ModelInfo& model,
                                  const Endpoint& endpoint) {
  using protocols::Speaks;
  const auto& chosen = endpoint.protocol();
  if (chosen.empty() && (provider.speaks != Speaks::chat_completions || model.kind != ModelInfo::Kind::responses))
    return provider.speaks;
  if (provider.speaks != Speaks::chat_completions)
    throw_error(Error(ErrorKind::usage,
                      "the provider " + std::string(provider.name) + " has one protocol only; do not set one"));
  return chosen == chat_completions ? Speaks::chat_completions : Speaks::responses;
}

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
  if (!name.empty() && name != chat_completions && name != responses)
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

namespace detail {

std::shared_ptr<const Target> make_target(std::string_view name, const ApiKey& key, const Endpoint& endpoint) {
  const auto parts = providers::split_name(name);
  auto target = std::make_shared<Target>();
  target->provider = parts.provider;
  target->model = find_model(name);
  target->speaks = choose_protocol(*parts.provider, target->model, endpoint);
  target->dialect = protocols::Dialect(parts.provider->name, parts.provider->quirks);
  target->base_url = providers::resolve_base_url(*parts.provider, endpoint.base_url());
  target->key = providers::resolve_key(*parts.provider, key.reveal(), added_key(parts.provider->name));
  target->proxy = endpoint.proxy();
  target->ca_file = endpoint.ca_file();
  // At another address than the provider's own there may be another server. The older name of the token limit is the one
  // that all of them know; only models that are known to refuse it get the newer one there.
  if (target->base_url != parts.provider->base_url && !target->model.listed)
    target->dialect.quirks = protocols::without(target->dialect.quirks, protocols::Quirk::max_completion_tokens);
  if (!target->key.empty()) providers::check_key_may_travel(target->base_url, endpoint.allow_plain_http());
  return target;
}

Model init_model(std::string_view name, const ApiKey& key, const Endpoint& endpoint, Engine* engine) {
  return Model(std::make_shared<Conversation>(make_target(name, key, endpoint), engine));
}

}  // namespace detail

Model init_model(std::string_view name, ApiKey key, Endpoint endpoint) {
  return detail::init_model(name, key, endpoint, nullptr);
}

Model init_model(ModelName name, ApiKey key, Endpoint endpoint) {
  return detail::init_model(name.text(), key, endpoint, nullptr);
}

Model load_model(const std::string& path, ApiKey key, Endpoint endpoint) {
  auto state = session::load(path);
  auto conversation = std::make_shared<detail::Conversation>(detail::make_target(state.name, key, endpoint));
  conversation->restore(std::move(state));
  return Model(std::move(conversation));
}

}  // namespace fastccg

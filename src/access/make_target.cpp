#include "access/make_target.hpp"

#include <utility>

#include "access/keys.hpp"
#include "fastccg/catalog.hpp"
#include "providers/resolve.hpp"

namespace fastccg::detail {

namespace {

protocols::Speaks choose_protocol(const providers::Provider& provider, const ModelInfo& model,
                                  const Endpoint& endpoint) {
  using protocols::Speaks;
  const auto& chosen = endpoint.protocol();
  if (chosen.empty() && (provider.speaks != Speaks::chat_completions || model.kind != ModelInfo::Kind::responses))
    return provider.speaks;
  if (provider.speaks != Speaks::chat_completions)
    throw_error(Error(ErrorKind::usage,
                      "the provider " + std::string(provider.name) + " has one protocol only; do not set one"));
  return chosen == "chat_completions" ? Speaks::chat_completions : Speaks::responses;
}

}  // namespace

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

}  // namespace fastccg::detail

#include "conversation/init.hpp"

#include <utility>

#include "access/make_target.hpp"
#include "fastccg/model.hpp"

namespace fastccg {

namespace detail {

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

#include <utility>

#include "access/make_target.hpp"
#include "embed/embed_call.hpp"
#include "embed/embedder_state.hpp"
#include "embed/init.hpp"
#include "fastccg/embed.hpp"

namespace fastccg {

Embedder::Embedder(std::shared_ptr<detail::EmbedderState> state) : state_(std::move(state)) {}
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;
Embedder::~Embedder() = default;

Embeddings Embedder::embed(Texts texts) { return embed_async(std::move(texts)).get(); }

Embeddings Embedder::embed(Texts texts, EmbeddingSettings settings) {
  return embed_async(std::move(texts), std::move(settings)).get();
}

Operation<Embeddings> Embedder::embed_async(Texts texts) { return embed_async(std::move(texts), EmbeddingSettings()); }

Operation<Embeddings> Embedder::embed_async(Texts texts, EmbeddingSettings settings) {
  return Operation<Embeddings>(std::make_shared<embed::EmbedCall>(state_, std::move(texts.list), std::move(settings)));
}

Embedder& Embedder::dimensions(int value) {
  state_->change_settings([&](EmbeddingSettings& s) { s.dimensions(value); });
  return *this;
}

Embedder& Embedder::input_kind(InputKind value) {
  state_->change_settings([&](EmbeddingSettings& s) { s.input_kind(value); });
  return *this;
}

Embedder& Embedder::normalize(bool value) {
  state_->change_settings([&](EmbeddingSettings& s) { s.normalize(value); });
  return *this;
}

Embedder& Embedder::timeouts(Timeouts value) {
  state_->change_settings([&](EmbeddingSettings& s) { s.timeouts(value); });
  return *this;
}

Embedder& Embedder::retries(Retries value) {
  state_->change_settings([&](EmbeddingSettings& s) { s.retries(value); });
  return *this;
}

Embedder& Embedder::settings(EmbeddingSettings value) {
  state_->change_settings([&](EmbeddingSettings& s) { s = std::move(value); });
  return *this;
}

EmbeddingSettings Embedder::settings() const { return state_->settings(); }
ModelInfo Embedder::model_info() const { return state_->target()->model; }
std::string Embedder::name() const { return state_->target()->name(); }

Embedder detail::init_embedding(std::string_view name, const ApiKey& key, const Endpoint& endpoint, Engine* engine) {
  return Embedder(std::make_shared<EmbedderState>(make_target(name, key, endpoint), engine));
}

Embedder init_embedding(std::string_view name, ApiKey key, Endpoint endpoint) {
  return detail::init_embedding(name, key, endpoint, nullptr);
}

Embedder init_embedding(ModelName name, ApiKey key, Endpoint endpoint) {
  return detail::init_embedding(name.text(), key, endpoint, nullptr);
}

}  // namespace fastccg

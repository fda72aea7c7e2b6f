#include "embed/embedder_state.hpp"

#include <utility>

#include "exchange/engine.hpp"

namespace fastccg::detail {

namespace {

const protocols::EmbeddingProtocol& protocol_of(const Target& target) {
  if (target.model.listed && target.model.kind != ModelInfo::Kind::embeddings)
    throw_error(Error(ErrorKind::usage, target.name() + " is a model for conversations; use init_model for it"));
  const auto* protocol = protocols::find_embedding(target.speaks);
  if (!protocol)
    throw_error(Error(ErrorKind::usage,
                      "the provider " + std::string(target.dialect.provider) + " has no embeddings; use another one"));
  return *protocol;
}

}  // namespace

EmbedderState::EmbedderState(std::shared_ptr<const Target> target, Engine* engine)
    : target_(std::move(target)), protocol_(&protocol_of(*target_)), engine_(engine) {}

Engine& EmbedderState::engine() const { return engine_ ? *engine_ : Engine::shared(); }

EmbeddingSettings EmbedderState::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void EmbedderState::change_settings(const std::function<void(EmbeddingSettings&)>& change) {
  const std::lock_guard lock(mutex_);
  change(settings_);
}

}  // namespace fastccg::detail

#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "exchange/target.hpp"
#include "fastccg/embed.hpp"

namespace fastccg {

class Engine;

namespace detail {

/// What an `Embedder` is: target and settings, shared with the calls that are under way. From any thread.
class EmbedderState {
 public:
  /// `engine` is null for the shared one, which is then made when the first call starts.
  explicit EmbedderState(std::shared_ptr<const Target> target, Engine* engine = nullptr);

  const std::shared_ptr<const Target>& target() const noexcept { return target_; }
  const protocols::EmbeddingProtocol& protocol() const noexcept { return *protocol_; }
  Engine& engine() const;

  EmbeddingSettings settings() const;
  void change_settings(const std::function<void(EmbeddingSettings&)>& change);

 private:
  const std::shared_ptr<const Target> target_;
  const protocols::EmbeddingProtocol* const protocol_;
  Engine* const engine_;

  mutable std::mutex mutex_;
  EmbeddingSettings settings_;
};

}  // namespace detail
}  // namespace fastccg

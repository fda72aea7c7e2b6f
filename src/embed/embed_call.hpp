#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "embed/assembly.hpp"
#include "embed/batches.hpp"
#include "embed/embedder_state.hpp"
#include "embed/vectors_receiver.hpp"
#include "exchange/exchange.hpp"
#include "fastccg/operation.hpp"

namespace fastccg::embed {

/// A call for vectors: what `Embedder::embed_async` returns an operation on.
///
/// It starts a few exchanges, and another one whenever one has ended, until all batches are there. The loop's thread
/// brings results; whoever waits takes them.
class EmbedCall final : public detail::PendingResult<Embeddings>, public BatchSink {
 public:
  EmbedCall(std::shared_ptr<detail::EmbedderState> state, std::vector<std::string> texts, EmbeddingSettings settings);

  void start() override;
  void cancel() noexcept override;
  Result<Embeddings> take() override;

 private:
  enum class Phase { idle, running, done };
  using Clock = std::chrono::steady_clock;

  void on_vectors(Batch batch, Vectors vectors, CallInfo info) override;
  void on_batch_failed(Batch batch, Error error) override;

  void check() const;
  void plan();
  void launch();
  void take_vectors(Batch batch, Vectors vectors, CallInfo info);
  std::optional<Batch> next_batch();
  std::shared_ptr<Exchange> make_exchange(Batch batch);
  void settle(std::optional<Error> error);
  Error error_of(ErrorKind kind, std::string message) const;
  std::string place_of(Batch batch) const;

  const std::shared_ptr<detail::EmbedderState> state_;
  // Not changed once the call runs.
  std::vector<std::string> texts_;
  EmbeddingSettings settings_;
  std::size_t parallel_ = 1;
  Clock::time_point began_;

  std::mutex mutex_;
  Phase phase_ = Phase::idle;
  std::deque<Batch> waiting_;
  /// By the first text; null while the exchange is being made.
  std::map<std::size_t, std::shared_ptr<Exchange>> under_way_;
  Assembly assembly_;
  std::vector<Warning> warnings_;
  std::optional<Error> error_;
};

}  // namespace fastccg::embed

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "embed/batches.hpp"
#include "exchange/receiver.hpp"
#include "exchange/target.hpp"

namespace fastccg::embed {

/// Who hears of a batch's end, on the loop's thread or one of the pool's: one of the two is called, once.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual void on_vectors(Batch batch, Vectors vectors, CallInfo info) = 0;
  virtual void on_batch_failed(Batch batch, Error error) = 0;
};

/// Makes vectors of an answer, which counts when it is whole. A small one is decoded at once, so that a failure in it can
/// be repeated like any other; a large one on a thread of the pool, so that it holds up nobody else's answers.
class VectorsReceiver final : public Receiver {
 public:
  VectorsReceiver(std::shared_ptr<const Target> target, const protocols::EmbeddingProtocol& protocol, Batch batch,
                  std::optional<int> dimensions, std::shared_ptr<BatchSink> sink);

 private:
  void begin_attempt() override;
  Progress on_headers(const Headers& headers) override;
  Progress on_body(std::string_view bytes) override;
  Progress on_end(const std::optional<Error>& broken) override;
  Error failure() const override { return outcome_->error(); }
  Account account() const override;
  void on_success(CallInfo info) override;
  void on_failure(Error error) override;
  void decode_elsewhere(CallInfo info);

  const std::shared_ptr<const Target> target_;
  const protocols::EmbeddingProtocol& protocol_;
  const Batch batch_;
  const std::optional<int> dimensions_;
  std::shared_ptr<BatchSink> sink_;

  // Of one attempt.
  std::string body_;
  std::optional<Result<Vectors>> outcome_;  // none after the end: the body is to be decoded elsewhere
};

}  // namespace fastccg::embed

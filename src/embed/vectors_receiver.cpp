#include "embed/vectors_receiver.hpp"

#include <utility>

namespace fastccg::embed {

VectorsReceiver::VectorsReceiver(std::shared_ptr<const Target> target, const protocols::EmbeddingProtocol& protocol,
                                 Batch batch, std::optional<int> dimensions, std::shared_ptr<BatchSink> sink)
    : target_(std::move(target)), protocol_(protocol), batch_(batch), dimensions_(dimensions), sink_(std::move(sink)) {}

void VectorsReceiver::begin_attempt() {
  body_.clear();
  outcome_.reset();
}

Receiver::Progress VectorsReceiver::on_headers(const Headers&) { return Progress::reading; }

Receiver::Progress VectorsReceiver::on_body(std::string_view bytes) {
  body_ += bytes;
  return Progress::reading;
}

Receiver::Progress VectorsReceiver::on_end(const std::optional<Error>& broken) {
  if (broken)
    outcome_.emplace(*broken);
  else
    outcome_.emplace(protocol_.decode(body_, ExpectedVectors(batch_.count, dimensions_), target_->dialect));
  body_ = std::string();
  return *outcome_ ? Progress::complete : Progress::failed;
}

void VectorsReceiver::on_success(CallInfo info) {
  std::exchange(sink_, nullptr)->on_vectors(batch_, **std::move(outcome_), std::move(info));
}

void VectorsReceiver::on_failure(Error error) {
  std::exchange(sink_, nullptr)->on_batch_failed(batch_, std::move(error));
}

}  // namespace fastccg::embed

#include "embed/vectors_receiver.hpp"

#include <utility>

#include "async/work.hpp"
#include "exchange/redact.hpp"

namespace fastccg::embed {

namespace {

/// Decoding a megabyte takes some milliseconds.
constexpr std::size_t large = 64 * 1024;

}  // namespace

VectorsReceiver::VectorsReceiver(std::shared_ptr<const Target> target, const protocols::EmbeddingProtocol& protocol,
                                 Batch batch, std::optional<int> dimensions, std::shared_ptr<BatchSink> sink)
    : target_(std::move(target)), protocol_(protocol), batch_(batch), dimensions_(dimensions), sink_(std::move(sink)) {}

void VectorsReceiver::begin_attempt() {
  body_.clear();
  outcome_.reset();
}

Receiver::Progress VectorsReceiver::on_headers(const Headers&) { return Progress::waiting; }

Receiver::Progress VectorsReceiver::on_body(std::string_view bytes) {
  if (body_.empty()) bytes = without_blanks(bytes);
  body_ += bytes;
  return body_.empty() ? Progress::waiting : Progress::reading;
}

Receiver::Progress VectorsReceiver::on_end(const std::optional<Error>& broken) {
  if (broken)
    outcome_.emplace(*broken);
  else if (body_.empty())
    outcome_.emplace(Error(ErrorKind::stream_truncated, "the server answered with nothing at all"));
  else if (body_.size() <= large)
    outcome_.emplace(protocol_.decode(body_, ExpectedVectors(batch_.count, dimensions_), target_->dialect));
  return outcome_ && !*outcome_ ? Progress::failed : Progress::complete;
}

Account VectorsReceiver::account() const {
  Account account;
  if (!outcome_ || !*outcome_) return account;
  account.usage = (*outcome_)->usage;
  account.pieces = batch_.count;
  return account;
}

void VectorsReceiver::on_success(CallInfo info) {
  if (!outcome_) return decode_elsewhere(std::move(info));
  std::exchange(sink_, nullptr)->on_vectors(batch_, **std::move(outcome_), std::move(info));
}

void VectorsReceiver::decode_elsewhere(CallInfo info) {
  auto work = [target = target_, &protocol = protocol_, expected = ExpectedVectors(batch_.count, dimensions_),
               batch = batch_, sink = std::exchange(sink_, nullptr),
               body = std::make_shared<const std::string>(std::move(body_)), info = std::move(info)] {
    auto outcome = protocol.decode(*body, expected, target->dialect);
    if (outcome) return sink->on_vectors(batch, *std::move(outcome), info);
    auto& error = outcome.error();
    error.model = target->model.id;
    error.request_id = info.request_id;
    error.rate_limits = info.rate_limits;
    error.attempts = info.attempts;
    redact(error, target->key);
    sink->on_batch_failed(batch, std::move(error));
  };
  Executor::current()->post(std::make_shared<detail::Work>(std::move(work)));
}

void VectorsReceiver::on_failure(Error error) {
  std::exchange(sink_, nullptr)->on_batch_failed(batch_, std::move(error));
}

}  // namespace fastccg::embed

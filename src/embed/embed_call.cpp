#include "embed/embed_call.hpp"

#include <utility>

#include "embed/too_much.hpp"
#include "exchange/engine.hpp"
#include "exchange/estimate.hpp"
#include "fastccg/catalog.hpp"

namespace fastccg::embed {

namespace {

constexpr int usual_parallel = 4;

}  // namespace

EmbedCall::EmbedCall(std::shared_ptr<detail::EmbedderState> state, std::vector<std::string> texts,
                     EmbeddingSettings settings)
    : state_(std::move(state)), texts_(std::move(texts)), settings_(std::move(settings)), assembly_(texts_.size()) {}

void EmbedCall::start() {
  try {
    {
      const std::lock_guard lock(mutex_);
      if (phase_ != Phase::idle) return;
      settings_ = state_->settings().overlaid_with(settings_);
      check();
      plan();
      phase_ = Phase::running;
    }
    if (texts_.empty()) return settle(std::nullopt);
    launch();
  } catch (const FastCCGError& error) {
    settle(error.error());
  }
}

/// Throws for what no server could answer.
void EmbedCall::check() const {
  for (std::size_t i = 0; i < texts_.size(); ++i)
    if (texts_[i].empty())
      throw_error(error_of(ErrorKind::usage, "text " + std::to_string(i) +
                                                 " (counted from 0) is empty, which providers refuse; leave it out"));
  const auto& model = state_->target()->model;
  if (settings_.dimensions() && model.listed && model.dimensions && !model.reducible_dimensions &&
      *settings_.dimensions() != *model.dimensions)
    throw_error(error_of(ErrorKind::usage, "the model makes vectors of " + std::to_string(*model.dimensions) +
                                               " numbers and no others; leave the setting dimensions out"));
}

void EmbedCall::plan() {
  const auto& limits = state_->target()->provider->embedding_batch;
  const auto most_texts = settings_.batch_size().value_or(limits.texts);
  for (const auto batch : split(texts_, static_cast<std::size_t>(most_texts), static_cast<std::size_t>(limits.bytes)))
    waiting_.push_back(batch);
  parallel_ = static_cast<std::size_t>(settings_.parallel().value_or(usual_parallel));
  assembly_.expect_dimensions(settings_.dimensions());
  began_ = Clock::now();
}

/// Starts as many exchanges as may be under way. Both threads may be here at once.
void EmbedCall::launch() {
  while (const auto batch = next_batch()) {
    auto exchange = make_exchange(*batch);
    {
      const std::lock_guard lock(mutex_);
      if (phase_ != Phase::running) return;
      under_way_[batch->first] = exchange;
    }
    state_->engine().start(std::move(exchange));
  }
}

std::optional<Batch> EmbedCall::next_batch() {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::running || waiting_.empty() || under_way_.size() >= parallel_) return std::nullopt;
  const auto batch = waiting_.front();
  waiting_.pop_front();
  under_way_.emplace(batch.first, nullptr);
  return batch;
}

std::shared_ptr<Exchange> EmbedCall::make_exchange(Batch batch) {
  const auto& target = state_->target();
  const auto texts = std::span<const std::string>(texts_).subspan(batch.first, batch.count);
  auto rendered = state_->protocol().render(EmbeddingRequest(texts, settings_, target->model), target->dialect);
  if (batch.first == 0) {
    const std::lock_guard lock(mutex_);
    warnings_ = std::move(rendered.warnings);
  }
  CallOptions options(settings_);
  options.began = began_;
  options.lane = state_.get();
  options.estimated_tokens = estimate_tokens(texts);
  options.observers = CallObservers(nullptr);
  auto receiver = std::make_unique<VectorsReceiver>(target, state_->protocol(), batch, settings_.dimensions(),
                                                    std::static_pointer_cast<EmbedCall>(Pending::shared_from_this()));
  return std::make_shared<Exchange>(target, std::move(rendered), options, std::move(receiver));
}

void EmbedCall::on_vectors(Batch batch, Vectors vectors, CallInfo info) {
  try {
    take_vectors(batch, std::move(vectors), std::move(info));
  } catch (const FastCCGError& error) {
    settle(error.error());
  } catch (const std::exception& error) {  // memory ran out
    settle(error_of(ErrorKind::usage, std::string("the vectors could not be kept: ") + error.what()));
  }
}

void EmbedCall::take_vectors(Batch batch, Vectors vectors, CallInfo info) {
  std::string problem;
  bool complete = false;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::running) return;
    under_way_.erase(batch.first);
    problem = assembly_.add(batch.first, vectors, std::move(info));
    complete = waiting_.empty() && under_way_.empty();
  }
  if (!problem.empty())
    return settle(error_of(ErrorKind::protocol, "the answer for " + place_of(batch) + " cannot be used: " + problem));
  if (complete) return settle(std::nullopt);
  launch();
}

void EmbedCall::on_batch_failed(Batch batch, Error error) {
  const bool divide = batch.count > 1 && asks_for_less(error);
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::running) return;
    under_way_.erase(batch.first);
    assembly_.add_attempts(error.attempts);
    error.attempts = assembly_.attempts();
    if (divide) {
      const auto half = batch.count / 2;
      waiting_.emplace_front(batch.first + half, batch.count - half);
      waiting_.emplace_front(batch.first, half);
    }
  }
  if (!divide) {
    if (texts_.size() > 1) error.message += "; it was about " + place_of(batch);
    return settle(std::move(error));
  }
  try {
    launch();
  } catch (const FastCCGError& thrown) {
    settle(thrown.error());
  }
}

void EmbedCall::cancel() noexcept { settle(error_of(ErrorKind::cancelled, "the call was cancelled")); }

/// Ends the call, well if there is no error, and cancels what is under way. Only the first end counts.
void EmbedCall::settle(std::optional<Error> error) {
  std::map<std::size_t, std::shared_ptr<Exchange>> rest;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::done) return;
    phase_ = Phase::done;
    error_ = std::move(error);
    waiting_.clear();
    std::swap(rest, under_way_);
  }
  for (auto& [first, exchange] : rest)
    if (exchange) state_->engine().cancel(std::move(exchange));
  set_ready();
}

/// The vectors are put into their final form here, on the thread of the one who waits: there can be many of them.
Result<Embeddings> EmbedCall::take() {
  const std::lock_guard lock(mutex_);
  if (error_) return *std::move(error_);
  auto result = assembly_.take(settings_);
  result.provider = state_->target()->dialect.provider;
  result.model = state_->target()->model.id;
  result.cost = cost(state_->target()->model, result.usage);
  result.warnings = std::move(warnings_);
  return result;
}

Error EmbedCall::error_of(ErrorKind kind, std::string message) const {
  Error error(kind, std::move(message));
  error.provider = state_->target()->dialect.provider;
  error.model = state_->target()->model.id;
  return error;
}

std::string EmbedCall::place_of(Batch batch) const {
  if (batch.count == 1) return "text " + std::to_string(batch.first) + " (counted from 0)";
  return "texts " + std::to_string(batch.first) + " to " + std::to_string(batch.first + batch.count - 1) +
         " (counted from 0)";
}

}  // namespace fastccg::embed

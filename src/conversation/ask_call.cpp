#include "conversation/ask_call.hpp"

#include <exception>
#include <utility>

#include "exchange/engine.hpp"

namespace fastccg::detail {

AskCall::AskCall(std::shared_ptr<Conversation> conversation, Message question, Settings settings)
    : conversation_(std::move(conversation)), question_(std::move(question)), settings_(std::move(settings)) {}

void AskCall::start() {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::idle) return;
    phase_ = Phase::starting;
  }
  try {
    StartedCall call(*conversation_, question_, settings_, false, self());
    ticket_ = std::move(call.ticket);
    bool cancelled = false;
    {
      const std::lock_guard lock(mutex_);
      cancelled = phase_ == Phase::cancelled;
      if (!cancelled) {
        phase_ = Phase::running;
        exchange_ = call.exchange;
      }
    }
    if (cancelled) return call.exchange->cancel();  // it has not started, so it lives on this thread still
    engine_ = &conversation_->engine();
    engine_->start(std::move(call.exchange));
  } catch (const FastCCGError& error) {
    settle(error.error());
  }
}

void AskCall::cancel() noexcept {
  std::shared_ptr<Exchange> exchange;
  bool never_started = false;
  {
    const std::lock_guard lock(mutex_);
    never_started = phase_ == Phase::idle;
    if (phase_ == Phase::idle || phase_ == Phase::starting) phase_ = Phase::cancelled;
    exchange = exchange_;
  }
  if (never_started) settle(Error(ErrorKind::cancelled, "the call was cancelled before it was sent"));
  if (exchange) conversation_->engine().cancel(std::move(exchange));
}

void AskCall::on_done(Result<Reply> result) {
  try {
    commit_and_settle(std::move(result));
  } catch (const std::exception& error) {  // memory ran out
    settle(Error(ErrorKind::usage, std::string("the answer could not be kept: ") + error.what()));
  }
}

void AskCall::commit_and_settle(Result<Reply> result) {
  if (result) add_warnings(ticket_, *result);
  // A filter is user code, which does not run here: `take` calls it.
  if (!result || ticket_.filter) return settle(std::move(result));
  auto turn = make_turn(std::move(question_), result->message, false);
  auto reply = std::make_shared<Reply>(*std::move(result));
  conversation_->commit(ticket_, std::move(turn), [self = self(), reply](const std::optional<Error>& failure) {
    warn_unless_recorded(*reply, failure);
    self->settle(std::move(*reply));
  });
}

void AskCall::filter_and_commit(Reply& reply) {
  apply_filter(ticket_.filter, reply);
  const RecordedWait wait;
  conversation_->commit(ticket_, make_turn(question_, reply.message, false), wait.recorded());
  warn_unless_recorded(reply, wait.wait());
}

void AskCall::settle(Result<Reply> result) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::done) return;
    phase_ = Phase::done;
    exchange_.reset();
    result_ = std::move(result);
  }
  // Elsewhere nobody is about to settle others as well.
  if (!engine_ || !engine_->loop().on_loop_thread()) return set_ready();
  engine_->wakes().add(std::shared_ptr<Sleeper>(self(), this));
}

Result<Reply> AskCall::take() {
  std::unique_lock lock(mutex_);
  auto result = *std::move(result_);
  lock.unlock();
  if (result && ticket_.filter) filter_and_commit(*result);
  return result;
}

}  // namespace fastccg::detail

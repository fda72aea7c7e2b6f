#include "conversation/ask_call.hpp"

#include <utility>

#include "exchange/engine.hpp"

namespace fastccg::detail {

namespace {

/// Runs the user's filter on a thread where blocking it stops nobody.
class FilterWork final : public Resumable {
 public:
  explicit FilterWork(std::function<void()> work) : work_(std::move(work)) {}
  void resume() noexcept override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace

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
    if (cancelled)
      call.exchange->cancel();  // it has not started, so it lives on this thread still
    else
      conversation_->engine().start(std::move(call.exchange));
  } catch (const FastCCGError& error) {
    settle(error.error(), nullptr);
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
  if (never_started) settle(Error(ErrorKind::cancelled, "the call was cancelled before it was sent"), nullptr);
  if (exchange) conversation_->engine().cancel(std::move(exchange));
}

void AskCall::on_done(Result<Reply> result) {
  if (!result) return settle(std::move(result), nullptr);
  if (!ticket_.filter) {
    commit(*result);
    return settle(std::move(result), nullptr);
  }
  auto reply = std::make_shared<Reply>(*std::move(result));
  auto work = [self = self(), reply] { self->filter_and_commit(std::move(*reply)); };
  Executor::current()->post(std::make_shared<FilterWork>(std::move(work)));
}

void AskCall::filter_and_commit(Reply reply) {
  try {
    apply_filter(ticket_.filter, reply);
  } catch (...) {
    return settle(Error(ErrorKind::usage, "the reply filter threw"), std::current_exception());
  }
  commit(reply);
  settle(std::move(reply), nullptr);
}

void AskCall::commit(const Reply& reply) { conversation_->commit(ticket_, make_turn(question_, reply.message, false)); }

void AskCall::settle(Result<Reply> result, std::exception_ptr thrown) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::done) return;
    phase_ = Phase::done;
    exchange_.reset();
    result_ = std::move(result);
    thrown_ = std::move(thrown);
  }
  set_ready();
}

Result<Reply> AskCall::take() {
  const std::lock_guard lock(mutex_);
  if (thrown_) std::rethrow_exception(thrown_);
  return *std::move(result_);
}

}  // namespace fastccg::detail

#pragma once

#include <mutex>
#include <optional>

#include "conversation/call.hpp"
#include "exchange/wakes.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"

namespace fastccg::detail {

/// A call for a whole answer: what `Model::ask_async` returns an operation on.
///
/// The turn is committed when the answer has come, whether or not it is taken; with a filter, when it is taken.
class AskCall final : public PendingResult<Reply>, public ReplySink, private Sleeper {
 public:
  AskCall(std::shared_ptr<Conversation> conversation, Message question, Settings settings);

  void start() override;
  void cancel() noexcept override;
  Result<Reply> take() override;

 private:
  enum class Phase { idle, starting, running, cancelled, done };

  void on_done(Result<Reply> result) override;
  void wake() override { set_ready(); }
  void settle(Result<Reply> result);
  void commit_and_settle(Result<Reply> result);
  void filter_and_commit(Reply& reply);
  std::shared_ptr<AskCall> self() { return std::static_pointer_cast<AskCall>(Pending::shared_from_this()); }

  const std::shared_ptr<Conversation> conversation_;
  Message question_;
  Settings settings_;
  Ticket ticket_;
  Engine* engine_ = nullptr;  // null until the call is about to be sent

  std::mutex mutex_;
  Phase phase_ = Phase::idle;
  std::shared_ptr<Exchange> exchange_;
  std::optional<Result<Reply>> result_;
};

}  // namespace fastccg::detail

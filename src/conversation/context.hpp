#pragma once

#include <deque>
#include <vector>

#include "fastccg/message.hpp"
#include "fastccg/reply.hpp"
#include "session/session.hpp"

namespace fastccg::detail {

/// What a provider is shown: the turns and the question, oldest first, in an order that every provider accepts.
///
/// The results of tools stand behind the calls that they answer. Turns that were asked at the same time may stand between
/// them in the history. A question that answers calls comes with the exchange it belongs to; other exchanges whose
/// results are still to come are left out of it. Where anything else is asked, calls without a result get one that says
/// so, since otherwise a caller that was stopped between a call and its result could never go on.
///
/// Turns and question must outlive it.
class Context {
 public:
  Context(const Turns& turns, const Message& question);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const std::vector<const Message*>& messages() const noexcept { return messages_; }
  /// What the caller should know of.
  const std::vector<Warning>& warnings() const noexcept { return warnings_; }

 private:
  std::vector<const Message*> messages_;
  std::deque<Message> made_up_;
  std::vector<Warning> warnings_;
};

bool has_results(const Message& message);

/// Throws `InvalidRequest` if the message has results of tools that no call in the turns waits for: no request could be
/// made of such a history.
void check_results(const Turns& turns, const Message& message);

}  // namespace fastccg::detail

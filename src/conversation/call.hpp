#pragma once

#include <memory>
#include <optional>

#include "conversation/conversation.hpp"
#include "exchange/reply_receiver.hpp"

namespace fastccg::detail {

/// Begins a turn and makes the exchange for it. The question must outlive this call only.
/// Throws `FastCCGError` if the request cannot be made.
class StartedCall {
 public:
  StartedCall(Conversation& conversation, const Message& question, const Settings& settings, bool stream,
              std::shared_ptr<ReplySink> sink);

  Ticket ticket;
  std::shared_ptr<Exchange> exchange;
};

/// Gives the reply's text to the filter and puts what it returns in place of the text; the other parts stay.
void apply_filter(const ReplyFilter& filter, Reply& reply);

/// Adds what the making of the request has to say.
void add_warnings(const Ticket& ticket, Reply& reply);

/// A reply is the caller's even if the journal could not take its turn: it then says so in a warning.
void warn_unless_recorded(Reply& reply, const std::optional<Error>& failure);

}  // namespace fastccg::detail

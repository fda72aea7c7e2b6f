#include "conversation/call.hpp"

#include <algorithm>
#include <utility>

#include "conversation/context.hpp"

namespace fastccg::detail {

StartedCall::StartedCall(Conversation& conversation, const Message& question, const Settings& settings, bool stream,
                         std::shared_ptr<ReplySink> sink)
    : ticket(conversation.begin(settings)) {
  const Context history(ticket.turns, question);
  Request request;
  request.model = conversation.target()->model;
  request.settings = ticket.settings;
  request.stream = stream;
  request.messages = history.messages();
  CallContext context;
  context.lane = &conversation;
  context.observers = conversation.observers().snapshot();
  context.fallbacks = std::move(ticket.fallbacks);
  exchange = make_reply_exchange(conversation.target(), request, std::move(sink), context);
  ticket.warnings = history.warnings();
  // The snapshot has been rendered: holding on to it for the length of the call would keep forgotten turns alive.
  ticket.turns.clear();
}

void apply_filter(const ReplyFilter& filter, Reply& reply) {
  if (!filter) return;
  // A copy, since calls may end on several threads at once.
  auto own = *filter;
  reply.content = own(std::move(reply.content));

  auto& parts = reply.message.parts;
  const auto is_text = [](const Part& part) { return std::holds_alternative<Text>(part); };
  const auto first = std::ranges::find_if(parts, is_text);
  const auto place = first - parts.begin();
  std::erase_if(parts, is_text);
  if (!reply.content.empty()) parts.insert(parts.begin() + place, Text(reply.content));
}

void add_warnings(const Ticket& ticket, Reply& reply) {
  reply.warnings.insert(reply.warnings.end(), ticket.warnings.begin(), ticket.warnings.end());
}

void warn_unless_recorded(Reply& reply, const std::optional<Error>& failure) {
  if (failure)
    reply.warnings.emplace_back(
        "autosave", failure->message + ". The turn is in the history, and will be written with the next one");
}

}  // namespace fastccg::detail

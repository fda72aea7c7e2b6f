#include "conversation/call.hpp"

#include <algorithm>
#include <utility>

#include "conversation/context.hpp"

namespace fastccg::detail {

namespace {

Request make_request(const Ticket& ticket, const Target& target, const Message& question, bool stream) {
  Request request;
  request.model = target.model;
  request.settings = ticket.settings;
  request.stream = stream;
  request.messages = context_of(ticket.turns, question);
  return request;
}

}  // namespace

StartedCall::StartedCall(Conversation& conversation, const Message& question, const Settings& settings, bool stream,
                         std::shared_ptr<ReplySink> sink)
    : ticket(conversation.begin(settings)) {
  const auto request = make_request(ticket, *conversation.target(), question, stream);
  exchange = make_reply_exchange(conversation.target(), request, std::move(sink));
  // The snapshot has been rendered: holding on to it for the length of the call would keep forgotten turns alive.
  ticket.turns.clear();
}

void apply_filter(const ReplyFilter& filter, Reply& reply) {
  if (!filter) return;
  reply.content = filter(std::move(reply.content));

  auto& parts = reply.message.parts;
  const auto is_text = [](const Part& part) { return std::holds_alternative<Text>(part); };
  const auto first = std::ranges::find_if(parts, is_text);
  const auto place = first - parts.begin();
  std::erase_if(parts, is_text);
  if (!reply.content.empty()) parts.insert(parts.begin() + place, Text(reply.content));
}

void warn_unless_recorded(Reply& reply, const std::optional<Error>& failure) {
  if (failure)
    reply.warnings.emplace_back(
        "autosave", failure->message + ". The turn is in the history, and will be written with the next one");
}

}  // namespace fastccg::detail

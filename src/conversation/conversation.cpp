#include "conversation/conversation.hpp"

#include <algorithm>
#include <utility>

#include "exchange/engine.hpp"

namespace fastccg::detail {

Conversation::Conversation(std::shared_ptr<const Target> target, Engine* engine)
    : target_(std::move(target)), engine_(engine) {}

Engine& Conversation::engine() const { return engine_ ? *engine_ : Engine::shared(); }

Ticket Conversation::begin(const Settings& call_settings) {
  Ticket ticket;
  const std::lock_guard lock(mutex_);
  ticket.order = next_order_++;
  ticket.epoch = epoch_;
  ticket.turns = turns();
  ticket.settings = settings_.overlaid_with(call_settings);
  ticket.filter = filter_;
  return ticket;
}

void Conversation::commit(const Ticket& ticket, Turn turn) {
  const std::lock_guard lock(mutex_);
  if (ticket.epoch == epoch_) insert(ticket.order, std::move(turn));
}

void Conversation::append(Message message) {
  Turn turn;
  turn.messages.push_back(std::move(message));
  const std::lock_guard lock(mutex_);
  insert(next_order_++, std::move(turn));
}

std::vector<Message> Conversation::history() const {
  Turns copy;
  {
    const std::lock_guard lock(mutex_);
    copy = turns();
  }
  std::vector<Message> messages;
  for (const auto& turn : copy) messages.insert(messages.end(), turn->messages.begin(), turn->messages.end());
  return messages;
}

void Conversation::reset() {
  // What is let go is destroyed outside the lock: a filter is user code, and so is its destruction.
  ReplyFilter filter;
  std::vector<Entry> entries;
  const std::lock_guard lock(mutex_);
  ++epoch_;
  std::swap(entries, entries_);
  std::swap(filter, filter_);
  settings_ = Settings();
}

std::shared_ptr<Conversation> Conversation::fork() const {
  auto copy = std::make_shared<Conversation>(target_, engine_);
  const std::lock_guard lock(mutex_);
  copy->settings_ = settings_;
  copy->filter_ = filter_;
  copy->entries_ = entries_;
  copy->next_order_ = next_order_;
  return copy;
}

Settings Conversation::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Conversation::change_settings(const std::function<void(Settings&)>& change) {
  const std::lock_guard lock(mutex_);
  change(settings_);
}

void Conversation::set_filter(ReplyFilter filter) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(filter, filter_);
  }
}

session::State Conversation::state() const {
  session::State state;
  state.name = target_->name();
  const std::lock_guard lock(mutex_);
  state.settings = settings_;
  state.turns = turns();
  return state;
}

void Conversation::restore(session::State state) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(state.settings);
  entries_.clear();
  for (auto& turn : state.turns) entries_.emplace_back(next_order_++, std::move(turn));
}

Turns Conversation::turns() const {
  Turns copy;
  copy.reserve(entries_.size());
  for (const auto& entry : entries_) copy.push_back(entry.turn);
  return copy;
}

void Conversation::insert(std::uint64_t order, Turn turn) {
  auto shared = std::make_shared<const Turn>(std::move(turn));
  const auto place = std::ranges::upper_bound(entries_, order, {}, &Entry::order);
  entries_.emplace(place, order, std::move(shared));
}

Turn make_turn(Message question, Message answer, bool interrupted) {
  Turn turn;
  turn.messages.push_back(std::move(question));
  turn.messages.push_back(std::move(answer));
  turn.interrupted = interrupted;
  return turn;
}

}  // namespace fastccg::detail

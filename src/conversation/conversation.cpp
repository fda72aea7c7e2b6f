#include "conversation/conversation.hpp"

#include <pthread.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "conversation/context.hpp"
#include "exchange/engine.hpp"
#include "session/format.hpp"

namespace fastccg::detail {

/// All that there are, so that the child of a fork, where nobody is left to unlock them, finds none locked.
class Conversation::Registry {
 public:
  static Registry& of_process() {
    // Never destroyed: models may be static objects.
    static auto* const registry = std::make_unique<Registry>().release();
    [[maybe_unused]] static const int at_fork = ::pthread_atfork(
        [] { registry->before_fork(); }, [] { registry->after_fork(); }, [] { registry->after_fork(); });
    return *registry;
  }

  void add(Conversation* conversation) {
    const std::lock_guard lock(mutex_);
    all_.insert(conversation);
  }
  void remove(Conversation* conversation) {
    const std::lock_guard lock(mutex_);
    all_.erase(conversation);
  }

 private:
  void before_fork() {
    mutex_.lock();
    for (auto* conversation : all_) conversation->mutex_.lock();
  }
  void after_fork() {
    for (auto* conversation : all_) conversation->mutex_.unlock();
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::unordered_set<Conversation*> all_;
};

namespace {

std::shared_ptr<const Turn> turn_of(Message message) {
  Turn turn;
  turn.messages.push_back(std::move(message));
  return std::make_shared<const Turn>(std::move(turn));
}

/// As `check_results` does, for messages that come one after the other.
void check_all_results(Turns before, const std::vector<Message>& messages) {
  for (const auto& message : messages) {
    if (has_results(message)) check_results(before, message);
    before.push_back(turn_of(message));
  }
}

}  // namespace

Conversation::Conversation(std::shared_ptr<const Target> target, Engine* engine)
    : target_(std::move(target)), engine_(engine) {
  Registry::of_process().add(this);
}

Conversation::~Conversation() {
  Registry::of_process().remove(this);
  // One more try, which does not block.
  if (journal_ && journal_->failure()) journal_->add({}, {});
}

Engine& Conversation::engine() const { return engine_ ? *engine_ : Engine::shared(); }

Ticket Conversation::begin(const Settings& call_settings) {
  Ticket ticket;
  const std::lock_guard lock(mutex_);
  ticket.number = next_ticket_++;
  ticket.epoch = epoch_;
  ticket.turns = turns();
  ticket.settings = settings_.overlaid_with(call_settings);
  ticket.filter = filter_;
  ticket.fallbacks = fallbacks_;
  return ticket;
}

void Conversation::commit(const Ticket& ticket, Turn turn, const Recorded& recorded) {
  std::optional<Error> failure;
  {
    const std::lock_guard lock(mutex_);
    if (ticket.epoch == epoch_) {
      auto placed = place(ticket.number, std::move(turn));
      const bool is_written = journal_ && journal_->add({placed}, recorded);
      if (journal_ && !is_written) failure = journal_->not_here();
      insert(std::move(placed));
      if (is_written) return;
    }
  }
  if (recorded) recorded(failure);
}

void Conversation::append(std::vector<Message> messages) {
  if (messages.empty()) return;
  if (std::ranges::any_of(messages, has_results)) {
    Turns before;
    {
      const std::lock_guard lock(mutex_);
      before = turns();
    }
    check_all_results(std::move(before), messages);
  }

  Turn turn;
  turn.messages = std::move(messages);
  const RecordedWait wait;
  {
    const std::lock_guard lock(mutex_);
    auto placed = place(next_ticket_++, std::move(turn));
    const bool is_written = journal_ && journal_->add({placed}, wait.recorded());
    insert(std::move(placed));
    if (!journal_) return;
    if (!is_written) throw_error(journal_->not_here());
  }
  if (auto failure = wait.wait()) throw_error(*std::move(failure));
}

void Conversation::set_history(std::vector<Message> messages) {
  if (std::ranges::any_of(messages, has_results)) check_all_results({}, messages);
  Turns turns;
  turns.reserve(messages.size());
  for (auto& message : messages) turns.push_back(turn_of(std::move(message)));

  std::vector<session::PlacedTurn> entries;
  entries.reserve(turns.size());
  const RecordedWait wait;
  {
    const std::lock_guard lock(mutex_);
    // All orders of the calls under way move with this: their turns will stand behind these.
    for (auto& turn : turns) entries.emplace_back(orders_before_++, std::move(turn));
    std::swap(entries, entries_);
    ++changes_;
    if (!journal_) return;
    if (!journal_->add(whole(), wait.recorded())) throw_error(journal_->not_here());
  }
  if (auto failure = wait.wait()) throw_error(*std::move(failure));
}

void Conversation::clear_history() {
  std::vector<session::PlacedTurn> entries;
  const RecordedWait wait;
  {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    ++changes_;
    std::swap(entries, entries_);
    if (!journal_) return;
    if (!journal_->add(whole(), wait.recorded())) throw_error(journal_->not_here());
  }
  if (auto failure = wait.wait()) throw_error(*std::move(failure));
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
  std::vector<session::PlacedTurn> entries;
  const RecordedWait wait;
  {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    ++changes_;
    std::swap(entries, entries_);
    std::swap(filter, filter_);
    settings_ = Settings();
    fallbacks_.clear();
    if (!journal_) return;
    if (!journal_->add({session::Cleared()}, wait.recorded())) throw_error(journal_->not_here());
  }
  if (auto failure = wait.wait()) throw_error(*std::move(failure));
}

std::shared_ptr<Conversation> Conversation::fork() const {
  auto copy = std::make_shared<Conversation>(target_, engine_);
  copy->observers_.set(observers_.snapshot());
  const std::lock_guard lock(mutex_);
  copy->settings_ = settings_;
  copy->filter_ = filter_;
  copy->fallbacks_ = fallbacks_;
  copy->entries_ = entries_;
  copy->next_ticket_ = next_ticket_;
  copy->orders_before_ = orders_before_;
  copy->warnings_ = warnings_;
  return copy;
}

Settings Conversation::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Conversation::change_settings(const std::function<void(Settings&)>& change) {
  const std::lock_guard lock(mutex_);
  auto changed = settings_;
  change(changed);
  if (journal_) {
    session::SettingsText text("");
    session::render_settings(text.json, changed, 0);
    journal_->add({std::move(text)}, {});
  }
  settings_ = std::move(changed);
  ++changes_;
}

void Conversation::set_filter(ReplyFilter filter) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(filter, filter_);
  }
}

void Conversation::set_fallbacks(std::vector<std::shared_ptr<const Target>> fallbacks) {
  const std::lock_guard lock(mutex_);
  std::swap(fallbacks, fallbacks_);
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
  std::vector<session::PlacedTurn> entries;
  entries.reserve(state.turns.size());
  for (std::size_t i = 0; i < state.turns.size(); ++i)
    entries.emplace_back(state.orders.empty() ? i : state.orders[i], std::move(state.turns[i]));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(state.settings);
  warnings_ = std::move(state.warnings);
  replace_entries(std::move(entries));
}

Turns Conversation::turns() const {
  Turns copy;
  copy.reserve(entries_.size());
  for (const auto& entry : entries_) copy.push_back(entry.turn);
  return copy;
}

session::PlacedTurn Conversation::place(std::uint64_t ticket, Turn turn) {
  if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 4);
  return session::PlacedTurn(orders_before_ + ticket, std::make_shared<const Turn>(std::move(turn)));
}

void Conversation::insert(session::PlacedTurn placed) noexcept {
  const auto place = std::ranges::upper_bound(entries_, placed.order, {}, &session::PlacedTurn::order);
  entries_.insert(place, std::move(placed));
  ++changes_;
}

void Conversation::replace_entries(std::vector<session::PlacedTurn> entries) {
  entries_ = std::move(entries);
  orders_before_ = entries_.empty() ? 0 : entries_.back().order + 1;
  ++changes_;
}

Turn make_turn(Message question, Message answer, bool interrupted) {
  Turn turn;
  turn.messages.push_back(std::move(question));
  turn.messages.push_back(std::move(answer));
  turn.interrupted = interrupted;
  return turn;
}

}  // namespace fastccg::detail

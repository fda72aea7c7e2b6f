#include "ledger.hpp"

#include <algorithm>
#include <set>

namespace fastccg::property {

namespace {

std::string quoted(const Message& message) {
  const char* who = message.role == Role::user ? "user" : "assistant";
  return std::string(who) + " \"" + message.text() + "\"";
}

std::string listed(const std::vector<Message>& history) {
  std::string all = "\nthe history:";
  for (const auto& message : history) all += "\n  " + quoted(message);
  return all;
}

bool fits(const Entry& entry, const std::string& answer) {
  if (entry.answer_known) return answer == entry.answer;
  return entry.is_answered_by(answer) || (entry.streamed && entry.may_begin_with(answer));
}

}  // namespace

bool Entry::is_answered_by(std::string_view text) const { return text.find(answer) != std::string_view::npos; }

bool Entry::may_begin_with(std::string_view text) const {
  return answer.starts_with(text) || text.front() == answer.front();
}

Entry& Ledger::open(std::string question, std::string answer, bool streamed) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_.emplace_back();
  entry.question = std::move(question);
  entry.answer = std::move(answer);
  entry.streamed = streamed;
  entry.begun = now();
  return entry;
}

void Ledger::started(Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (entry.started == never) entry.started = now();
}

void Ledger::close(Entry& entry, Fate fate) {
  const std::lock_guard lock(mutex_);
  entry.fate = fate;
  entry.ended = now();
  if (entry.started == never) entry.started = entry.ended;
}

void Ledger::close(Entry& entry, Fate fate, std::string answer) {
  {
    const std::lock_guard lock(mutex_);
    entry.answer = std::move(answer);
    entry.answer_known = true;
  }
  close(entry, fate);
}

void Ledger::cut_short(Entry& entry, const std::string& read) {
  close(entry, read.empty() ? Fate::nothing : Fate::committed, read);
}

Entry& Ledger::append(std::string question, std::string answer) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_.emplace_back();
  entry.has_answer = question.empty();
  entry.question = std::move(question);
  entry.answer = std::move(answer);
  entry.answer_known = true;
  entry.begun = now();
  return entry;
}

Ledger::Reset& Ledger::begin_reset() {
  const std::lock_guard lock(mutex_);
  auto& reset = resets_.emplace_back();
  reset.begun = now();
  return reset;
}

void Ledger::end_reset(Reset& reset) {
  const std::lock_guard lock(mutex_);
  reset.ended = now();
}

Ledger::Presence Ledger::presence_of(const Entry& entry, Tick from, Tick to) const {
  if (entry.begun > to) return Presence::forbidden;
  const bool settled = entry.ended < from;
  if (settled && entry.fate == Fate::nothing) return Presence::forbidden;
  bool untouched = true;
  for (const auto& reset : resets_) {
    if (entry.started < reset.begun && reset.ended < from) return Presence::forbidden;
    if (entry.begun < reset.ended && reset.begun < to) untouched = false;
  }
  return settled && untouched && entry.fate == Fate::committed ? Presence::required : Presence::allowed;
}

Ledger::Presence Ledger::presence_of_base(Tick from, Tick to) const {
  auto presence = base_.empty() ? Presence::forbidden : Presence::required;
  for (const auto& reset : resets_) {
    if (reset.ended < from) return Presence::forbidden;
    if (reset.begun < to && !base_.empty()) presence = Presence::allowed;
  }
  return presence;
}

/// The entry that stands at that place of the history, which then moves past it; null if there is none.
const Entry* Ledger::match(const std::vector<Message>& history, std::size_t& at) const {
  for (const auto& entry : entries_) {
    if (entry.question.empty()) {
      if (history[at].role != Role::assistant || history[at].text() != entry.answer) continue;
      ++at;
      return &entry;
    }
    if (history[at].role != Role::user || history[at].text() != entry.question) continue;
    if (!entry.has_answer) {
      ++at;
      return &entry;
    }
    if (at + 1 == history.size() || history[at + 1].role != Role::assistant) return nullptr;
    if (!fits(entry, history[at + 1].text())) return nullptr;
    at += 2;
    return &entry;
  }
  return nullptr;
}

std::string Ledger::problem_with(const std::vector<Message>& history, Tick from, Tick to) const {
  const std::lock_guard lock(mutex_);
  std::size_t at = 0;
  const auto base = presence_of_base(from, to);
  const bool has_base =
      !base_.empty() && history.size() >= base_.size() && std::equal(base_.begin(), base_.end(), history.begin());
  if (base == Presence::required && !has_base)
    return "it does not begin with what the conversation had" + listed(history);
  if (has_base) at = base_.size();
  if (has_base && base == Presence::forbidden) return "it begins with what was cleared" + listed(history);

  std::set<const Entry*> seen;
  Tick latest = 0;
  while (at < history.size()) {
    const auto place = at;
    const auto* entry = match(history, at);
    if (!entry) return "nothing explains " + quoted(history[place]) + listed(history);
    if (!seen.insert(entry).second) return "it has this twice: " + quoted(history[place]) + listed(history);
    if (presence_of(*entry, from, to) == Presence::forbidden)
      return "it should not have " + quoted(history[place]) + listed(history);
    if (entry->started < latest) return "it has this too late: " + quoted(history[place]) + listed(history);
    latest = std::max(latest, entry->begun);
  }
  for (const auto& entry : entries_)
    if (presence_of(entry, from, to) == Presence::required && !seen.contains(&entry))
      return "it lacks \"" + entry.question + "\" -> \"" + entry.answer + "\"" + listed(history);
  return {};
}

}  // namespace fastccg::property

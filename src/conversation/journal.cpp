#include "conversation/journal.hpp"

#include <unistd.h>

#include <exception>
#include <utility>
#include <vector>

#include "async/pool.hpp"

namespace fastccg::detail {

Recorded RecordedWait::recorded() const {
  return [state = state_](const std::optional<Error>& failure) {
    const std::lock_guard lock(state->mutex);
    state->known = true;
    state->failure = failure;
    state->changed.notify_all();
  };
}

std::optional<Error> RecordedWait::wait() const {
  std::unique_lock lock(state_->mutex);
  if (state_->known) return state_->failure;
  const Pool::BlockedScope blocked;
  state_->changed.wait(lock, [this] { return state_->known; });
  return state_->failure;
}

Journal::Journal(session::JournalFile file) : process_(::getpid()), file_(std::move(file)) {}

bool Journal::is_here() const noexcept { return process_ == ::getpid(); }

bool Journal::add(std::vector<session::JournalEntry> entries, Recorded recorded) {
  // Asked before the lock is taken: in a forked child it may have been locked for ever.
  if (!is_here()) return false;
  const std::lock_guard lock(mutex_);
  // First: if there is no memory for the entries, the writer finds nothing to do.
  if (!writing_) Pool::shared()->post(shared_from_this());
  writing_ = true;
  added_.emplace_back(std::move(entries), std::move(recorded));
  return true;
}

Error Journal::not_here() const {
  return Error(ErrorKind::session, "the journal \"" + target() +
                                       "\" is written by the process that this one was forked from; call autosave here "
                                       "with another path");
}

std::optional<Error> Journal::failure() const {
  if (!is_here()) return not_here();
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Journal::resume() noexcept {
  for (;;) {
    std::list<Item> batch;
    {
      const std::lock_guard lock(mutex_);
      batch.swap(added_);
      writing_ = !batch.empty();
      if (!writing_) return;
    }
    const auto failure = write(batch);
    {
      const std::lock_guard lock(mutex_);
      failure_ = failure;
    }
    for (auto& item : batch)
      if (const auto recorded = std::exchange(item.recorded, {})) recorded(failure);
    // Takes no memory, which may be what was missing.
    if (failure)
      unwritten_.splice(unwritten_.end(), batch);
    else
      unwritten_.clear();
    compact();
  }
}

std::optional<Error> Journal::write(const std::list<Item>& batch) {
  const Pool::BlockedScope blocked;
  try {
    std::vector<session::JournalEntry> entries;
    for (const auto* items : {&std::as_const(unwritten_), &batch})
      for (const auto& item : *items) entries.insert(entries.end(), item.entries.begin(), item.entries.end());
    if (!entries.empty()) file_.append(entries);
    return std::nullopt;
  } catch (const FastCCGError& error) {
    return error.error();
  } catch (const std::exception& error) {
    return Error(ErrorKind::session, "cannot write the journal \"" + target() + "\": " + error.what());
  }
}

void Journal::compact() {
  const Pool::BlockedScope blocked;
  file_.compact_if_wasteful();
}

}  // namespace fastccg::detail

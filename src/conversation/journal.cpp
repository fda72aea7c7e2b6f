#include "conversation/journal.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

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
    {
      const std::lock_guard lock(mutex_);
      if (added_.empty()) {
        writing_ = false;
        return;
      }
    }
    const auto waiting = take_batch();
    const auto failure = write();
    {
      const std::lock_guard lock(mutex_);
      failure_ = failure;
    }
    for (const auto& recorded : waiting)
      if (recorded) recorded(failure);
    compact();
  }
}

std::vector<Recorded> Journal::take_batch() {
  std::vector<Item> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(added_);
  }
  std::vector<Recorded> waiting;
  for (auto& item : batch) {
    std::ranges::move(item.entries, std::back_inserter(unwritten_));
    waiting.push_back(std::move(item.recorded));
  }
  return waiting;
}

std::optional<Error> Journal::write() {
  if (unwritten_.empty()) return std::nullopt;
  const Pool::BlockedScope blocked;
  try {
    file_.append(unwritten_);
  } catch (const FastCCGError& error) {
    return error.error();
  } catch (const std::exception& error) {
    return Error(ErrorKind::session, "cannot write the journal \"" + target() + "\": " + error.what());
  }
  unwritten_.clear();
  return std::nullopt;
}

void Journal::compact() {
  const Pool::BlockedScope blocked;
  file_.compact_if_wasteful();
}

}  // namespace fastccg::detail

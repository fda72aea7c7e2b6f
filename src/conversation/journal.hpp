#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fastccg/executor.hpp"
#include "session/journal_file.hpp"

namespace fastccg::detail {

/// Hears once that something is safe on the disk, or why it is not; on a thread of the pool, or at once on the thread
/// that asked.
using Recorded = std::function<void(const std::optional<Error>& failure)>;

/// Waits, blocking the calling thread, for what a `Recorded` is told.
class RecordedWait {
 public:
  RecordedWait() : state_(std::make_shared<State>()) {}

  Recorded recorded() const;
  std::optional<Error> wait() const;

 private:
  class State {
   public:
    std::mutex mutex;
    std::condition_variable changed;
    bool known = false;
    std::optional<Error> failure;
  };

  std::shared_ptr<State> state_;
};

/// The journal of a conversation that is under way. Entries are taken from any thread, without ever waiting for the
/// disk; a thread of the pool writes them. All that was added while it was writing is written together the next time.
///
/// What cannot be written is kept, and tried again together with what is added next.
class Journal final : public Resumable, public std::enable_shared_from_this<Journal> {
 public:
  explicit Journal(session::JournalFile file);

  const std::string& target() const noexcept { return file_.target(); }
  const std::optional<session::RecoveredJournal>& recovered() const noexcept { return file_.recovered(); }
  /// Makes the file hold the image, as often as need be before anything is added. Blocks; throws `SessionError`.
  void begin(session::JournalImage image) { file_.begin(std::move(image)); }

  /// Takes entries, which are written together, and in the order in which they are taken. Given none, it only tries again
  /// what could not be written. `recorded` may be empty, and is not called by this.
  /// Returns false, having done nothing, in the child of a fork: there the file is the parent's.
  bool add(std::vector<session::JournalEntry> entries, Recorded recorded);
  /// Whether it can be written here: not in the child of a fork.
  bool is_here() const noexcept;
  /// The error to give to whom `add` returned false.
  Error not_here() const;

  /// What keeps entries from being written at the moment.
  std::optional<Error> failure() const;

  /// Writes what is there; called by the pool only.
  void resume() noexcept override;

 private:
  class Item {
   public:
    Item(std::vector<session::JournalEntry> entries_, Recorded recorded_)
        : entries(std::move(entries_)), recorded(std::move(recorded_)) {}
    std::vector<session::JournalEntry> entries;
    Recorded recorded;
  };

  std::optional<Error> write(const std::list<Item>& batch);
  void compact();

  const ::pid_t process_;
  session::JournalFile file_;  // the writing thread's own, once anything has been added
  std::list<Item> unwritten_;  // likewise

  mutable std::mutex mutex_;
  std::list<Item> added_;
  bool writing_ = false;  ///< A thread of the pool writes, or is about to.
  std::optional<Error> failure_;
};

}  // namespace fastccg::detail

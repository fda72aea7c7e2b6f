#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "conversation/journal.hpp"
#include "exchange/observers.hpp"
#include "exchange/target.hpp"
#include "fastccg/message.hpp"
#include "fastccg/settings.hpp"
#include "session/session.hpp"

namespace fastccg {

class Engine;

namespace detail {

/// Shared, so that the user's function is never copied or destroyed under the lock. Null for none.
using ReplyFilter = std::shared_ptr<const std::function<std::string(std::string)>>;

/// The place of a turn that is being asked: what it saw when it started, and where it will stand when it ends.
class Ticket {
 public:
  Ticket() = default;

  std::uint64_t number = 0;       ///< Turns stand in the order of their tickets.
  std::uint64_t epoch = 0;        ///< Counts the resets; a turn of another epoch is not committed.
  Turns turns;                    ///< The conversation as it was.
  std::vector<Warning> warnings;  ///< For the reply.
  Settings settings;              ///< The model's, with the call's laid over them.
  ReplyFilter filter;
  std::vector<std::shared_ptr<const Target>> fallbacks;  ///< Until the call is made.
};

/// What a `Model` is: target, settings and history, shared with the calls that are under way.
/// Everything may be called from any thread. No user code runs under the lock.
class Conversation {
 public:
  /// `engine` is null for the shared one, which is then made when the first call starts.
  explicit Conversation(std::shared_ptr<const Target> target, Engine* engine = nullptr);
  ~Conversation();

  const std::shared_ptr<const Target>& target() const noexcept { return target_; }
  Engine& engine() const;

  Ticket begin(const Settings& call_settings);
  /// Puts a turn into its place; drops it if the conversation was reset in the meantime. `recorded` may be empty; it
  /// hears when the turn is in the journal, or at once if there is none, and never under the lock.
  void commit(const Ticket& ticket, Turn turn, const Recorded& recorded);

  // These wait for the journal, and throw `SessionError` if it cannot be written; they have happened all the same.

  void append(std::vector<Message> messages);
  void set_history(std::vector<Message> messages);
  void clear_history();
  void reset();

  std::vector<Message> history() const;
  std::shared_ptr<Conversation> fork() const;

  Settings settings() const;
  /// Changes the settings by a function of the library's own.
  void change_settings(const std::function<void(Settings&)>& change);
  void set_filter(ReplyFilter filter);
  void set_fallbacks(std::vector<std::shared_ptr<const Target>> fallbacks);
  ObserverList& observers() noexcept { return observers_; }

  session::State state() const;
  /// For a conversation that nobody uses yet.
  void restore(session::State state);

  // These block on the disk, and throw `SessionError`.

  void autosave(const std::string& path);
  /// Whether what stands at `path` is the journal.
  bool autosaves_to(const std::string& path) const;
  /// Waits until all that happened is in the journal.
  void flush();
  std::vector<Warning> warnings() const;

 private:
  class Beginning;
  class Registry;

  // With the lock held:
  Turns turns() const;
  /// A turn that is about to be inserted, and room for it: memory may run out before it is in the journal, but not after.
  session::PlacedTurn place(std::uint64_t ticket, Turn turn);
  void insert(session::PlacedTurn placed) noexcept;
  /// For a journal that is to hold what there is, whatever it holds.
  std::vector<session::JournalEntry> whole() const;
  void replace_entries(std::vector<session::PlacedTurn> entries);

  std::shared_ptr<Journal> journal() const;
  void begin_journal(const std::shared_ptr<Journal>& journal);
  Beginning beginning(const std::optional<session::RecoveredJournal>& found, const std::string& target) const;
  bool attach(const std::shared_ptr<Journal>& journal, Beginning& beginning);

  const std::shared_ptr<const Target> target_;
  Engine* const engine_;

  ObserverList observers_;

  mutable std::mutex mutex_;
  Settings settings_;
  ReplyFilter filter_;
  std::vector<std::shared_ptr<const Target>> fallbacks_;
  std::vector<session::PlacedTurn> entries_;  // sorted by order
  std::uint64_t next_ticket_ = 0;
  std::uint64_t orders_before_ =
      0;  // What was restored has these; the order of a new turn is its ticket on top of them.
  std::uint64_t epoch_ = 0;
  std::uint64_t changes_ = 0;  // of turns and settings
  std::vector<Warning> warnings_;
  std::shared_ptr<Journal> journal_;

  std::mutex autosave_mutex_;  // held by `autosave`, of which there is one at a time
};

/// The turn that a question and its answer make.
Turn make_turn(Message question, Message answer, bool interrupted);

}  // namespace detail
}  // namespace fastccg

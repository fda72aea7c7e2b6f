#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "exchange/target.hpp"
#include "fastccg/message.hpp"
#include "fastccg/settings.hpp"
#include "session/session.hpp"

namespace fastccg {

class Engine;

namespace detail {

using ReplyFilter = std::function<std::string(std::string)>;

/// The place of a turn that is being asked: what it saw when it started, and where it will stand when it ends.
class Ticket {
 public:
  Ticket() = default;

  std::uint64_t order = 0;  ///< Turns stand in this order.
  std::uint64_t epoch = 0;  ///< Counts the resets; a turn of another epoch is not committed.
  Turns turns;              ///< The conversation as it was.
  Settings settings;        ///< The model's, with the call's laid over them.
  ReplyFilter filter;
};

/// What a `Model` is: target, settings and history, shared with the calls that are under way.
/// Everything may be called from any thread. No user code runs under the lock.
class Conversation {
 public:
  /// `engine` is null for the shared one, which is then made when the first call starts.
  explicit Conversation(std::shared_ptr<const Target> target, Engine* engine = nullptr);

  const std::shared_ptr<const Target>& target() const noexcept { return target_; }
  Engine& engine() const;

  Ticket begin(const Settings& call_settings);
  /// Puts a turn into its place; drops it if the conversation was reset in the meantime.
  void commit(const Ticket& ticket, Turn turn);

  void append(Message message);
  std::vector<Message> history() const;
  void reset();
  std::shared_ptr<Conversation> fork() const;

  Settings settings() const;
  /// Changes the settings by a function of the library's own.
  void change_settings(const std::function<void(Settings&)>& change);
  void set_filter(ReplyFilter filter);

  session::State state() const;
  void restore(session::State state);

 private:
  class Entry {
   public:
    Entry(std::uint64_t order_, std::shared_ptr<const Turn> turn_) : order(order_), turn(std::move(turn_)) {}
    std::uint64_t order;
    std::shared_ptr<const Turn> turn;
  };

  Turns turns() const;
  void insert(std::uint64_t order, Turn turn);

  const std::shared_ptr<const Target> target_;
  Engine* const engine_;

  mutable std::mutex mutex_;
  Settings settings_;
  ReplyFilter filter_;
  std::vector<Entry> entries_;  // sorted by order
  std::uint64_t next_order_ = 0;
  std::uint64_t epoch_ = 0;
};

/// The turn that a question and its answer make.
Turn make_turn(Message question, Message answer, bool interrupted);

}  // namespace detail
}  // namespace fastccg

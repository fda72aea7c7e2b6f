#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/message.hpp"

namespace fastccg::property {

/// Moments in the order in which they were taken, on whatever thread.
using Tick = std::uint64_t;
inline constexpr Tick never = std::numeric_limits<Tick>::max();

/// What a call, or a message added by hand, leaves in the history once it has ended.
enum class Fate {
  open,       ///< It has not ended.
  committed,  ///< Its turn.
  nothing,    ///< Nothing.
  either,     ///< Its turn or nothing: nobody waited for the end.
};

/// What one step of a test has done to a conversation.
class Entry {
 public:
  /// Whether this is what the simulator says to the question, perhaps with a filter's mark. Where messages of the user
  /// stand together, some providers read them as one: the answer then holds more.
  bool is_answered_by(std::string_view text) const;
  /// Whether it may be the beginning of that.
  bool may_begin_with(std::string_view text) const;

  /// Each text occurs once in a run, so that what the history holds can be told apart.
  std::string question;  ///< Empty for an answer that was added by hand.
  std::string answer;    ///< As the history must have it; for `open` and `either`, as it would be if it is there.
  bool has_answer = true;
  bool answer_known = false;  ///< While it is not, the answer may have gone through a filter, or else be cut short.
  bool streamed = false;      ///< Only such an answer can be cut short.

  Tick begun = never;    ///< The call could not have started before this.
  Tick started = never;  ///< It had surely started by then.
  Tick ended = never;    ///< From here on the fate holds.
  Fate fate = Fate::open;
};

/// Everything that was done to one conversation, by several threads, and so what its history must be.
class Ledger {
 public:
  /// `base` is what the conversation began with.
  explicit Ledger(std::vector<Message> base = {}) : base_(std::move(base)) {}

  Tick now() { return ++clock_; }

  /// The handle stays good as long as the ledger. Take it before the call can start.
  Entry& open(std::string question, std::string answer, bool streamed);
  /// By the time of this call it had started.
  void started(Entry& entry);
  void close(Entry& entry, Fate fate);
  /// The same, with the text that the history must have.
  void close(Entry& entry, Fate fate, std::string answer);
  /// A stream ended early: what was read of it stays, if anything was.
  void cut_short(Entry& entry, const std::string& read);

  /// A message that is about to be added by hand, of the user if it has a question, else of the assistant.
  Entry& append(std::string question, std::string answer);

  class Reset {
   public:
    Tick begun = never;
    Tick ended = never;
  };
  Reset& begin_reset();
  void end_reset(Reset& reset);

  /// What is wrong with a history that was taken between two moments; empty if nothing is.
  std::string problem_with(const std::vector<Message>& history, Tick from, Tick to) const;

 private:
  enum class Presence { required, allowed, forbidden };

  Presence presence_of(const Entry& entry, Tick from, Tick to) const;
  Presence presence_of_base(Tick from, Tick to) const;
  const Entry* match(const std::vector<Message>& history, std::size_t& at) const;

  mutable std::mutex mutex_;
  std::atomic<Tick> clock_{0};
  std::vector<Message> base_;
  std::list<Entry> entries_;
  std::list<Reset> resets_;
};

}  // namespace fastccg::property

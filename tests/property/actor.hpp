#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "random.hpp"
#include "world.hpp"

namespace fastccg::property {

/// One thread of a run: it does one thing after the other to a conversation that others use at the same time, and
/// writes into the ledger what must come of it.
class Actor {
 public:
  /// `name` is part of every text that this one says.
  Actor(World& world, std::string name, std::string folder, std::uint64_t seed)
      : world_(&world), name_(std::move(name)), folder_(std::move(folder)), random_(seed) {}

  /// Does something, and checks the history. Throws `Broken`.
  void step();

  /// Everything that was done so far, for people.
  const std::string& story() const noexcept { return story_; }

 private:
  // Calls.
  void ask();
  void ask_and_stop();
  void gather_asks();
  void drop_while_waiting();
  void read_stream();
  void await_stream();
  void abandon_stream();
  void stop_stream();
  void replace_stream();
  // Changes by hand.
  void append();
  void reset();
  void change_filter();
  // Copies, which go on by themselves.
  void fork();
  void save_and_load();

  void settle(Entry& entry, const Result<Reply>& result);
  void settle_stream(Entry& entry, Stream& stream, std::string read);
  void go_on_alone(Model copy, const char* what, Tick from);

  Entry& open(bool streamed);
  Settings call_settings();
  void note(const std::string& what) { story_ += "  " + name_ + ": " + what + "\n"; }

  World* world_;
  std::string name_;
  std::string folder_;
  Random random_;
  std::string story_;
  unsigned count_ = 0;
  bool alone_ = false;  ///< On a copy that nobody else uses: it is not copied again.
};

}  // namespace fastccg::property

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "exchange/gate.hpp"
#include "exchange/target.hpp"
#include "fastccg/result.hpp"
#include "loop/loop.hpp"

namespace fastccg {

/// Somebody who waits for a turn; called on the loop's thread, never from inside a function of `Admission` or `Visit`.
class TurnTaker {
 public:
  virtual ~TurnTaker() = default;
  virtual void on_turn() = 0;
  /// Nobody will go before `when`, since the provider has asked for a pause. May end the visit.
  virtual void on_closed(Gate::TimePoint when) = 0;
};

/// What to say to a call that will not wait for the end of a pause that the provider has asked for.
Error closed_error(const Target& target, Gate::TimePoint until);

/// The gates of an engine: for each address, key and model for which users have set limits. On the loop's thread only.
class Admission {
 public:
  class Visit;

  explicit Admission(Loop& loop) : loop_(loop) {}

  /// Asks for a turn for an attempt at `target`. Null if nothing limits it. If the visit has not been admitted, `taker`
  /// hears when it is, and must outlive it. An error if too many wait, or if the provider has asked for a pause that
  /// ends after `patience`.
  Result<std::unique_ptr<Visit>> enter(const Target& target, const void* lane, std::int64_t tokens, bool again,
                                       Gate::TimePoint patience, TurnTaker& taker);

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;  // address, key, provider, model

  /// A gate and those who stand before it.
  class Queue {
   public:
    Queue(const Target& target, const RateLimits& limits);
    Gate gate;
    const std::string provider;
    const std::string model;
    std::unordered_map<Gate::Ticket, TurnTaker*> waiting;
    Loop::TimerId timer = Loop::TimerId::none;
    bool pump_posted = false;
    std::uint64_t limits_version = 0;
  };
  using QueuePtr = std::shared_ptr<Queue>;

  QueuePtr find(const Target& target, const RateLimits& limits);
  void forget_idle_queues();
  void refresh(Queue& queue);
  /// Lets those go who may, soon.
  void pump_later(const QueuePtr& queue);
  void pump(const QueuePtr& queue);
  void tell_closed(const QueuePtr& queue);

  Loop& loop_;
  std::map<Key, QueuePtr> queues_;
};

/// One attempt's stay in a queue and behind the gate, until this object goes.
class Admission::Visit {
 public:
  Visit(Admission& admission, QueuePtr queue, Gate::Ticket ticket);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  bool admitted() const;
  /// The attempt was answered.
  void learn(const Headers& headers);
  /// The provider asks to wait so long.
  void close_for(std::chrono::milliseconds pause);
  /// What the attempt has cost, for when it ends. Unless it is called the estimate stands.
  void set_tokens(std::int64_t tokens) { tokens_ = tokens; }

 private:
  Admission& admission_;
  const QueuePtr queue_;
  const Gate::Ticket ticket_;
  std::optional<std::int64_t> tokens_;
};

}  // namespace fastccg

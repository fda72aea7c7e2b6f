#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "fastccg/executor.hpp"
#include "fastccg/observer.hpp"

namespace fastccg {

/// What an observer has not heard yet. One thread of the pool at a time hands it out. An observer has one queue, wherever
/// it was added.
class ObserverQueue final : public Resumable, public std::enable_shared_from_this<ObserverQueue> {
 public:
  static std::shared_ptr<ObserverQueue> of(std::shared_ptr<CallObserver> observer);
  static std::vector<std::shared_ptr<ObserverQueue>> all();

  explicit ObserverQueue(std::shared_ptr<CallObserver> observer) : observer_(std::move(observer)) {}
  /// Lets the observer go on the pool: its destructor is user code.
  ~ObserverQueue() override;
  ObserverQueue(const ObserverQueue&) = delete;
  ObserverQueue& operator=(const ObserverQueue&) = delete;

  const std::shared_ptr<CallObserver>& observer() const noexcept { return observer_; }
  /// From any thread; does not run the observer.
  void add(CallEvent event);
  /// Becomes ready when the observer has been through all that was added up to now. It is at once on the thread that
  /// runs the observer.
  std::future<void> caught_up();

  // Around a fork, so that the child finds no mutex locked and nobody who is thought to hand events out.
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  void resume() noexcept override;
  /// With the lock held.
  bool take(std::vector<CallEvent>& batch);

  std::shared_ptr<CallObserver> observer_;
  std::mutex mutex_;
  std::vector<CallEvent> waiting_;
  std::size_t lost_ = 0;
  bool running_ = false;
  std::thread::id running_on_;
  std::uint64_t added_ = 0;
  std::uint64_t told_ = 0;  ///< How many of those the observer has been through.
  /// What to tell when the observer has been through so many.
  std::vector<std::pair<std::uint64_t, std::promise<void>>> catching_up_;
};

/// Observers that were added in one place. From any thread. Whoever reads a list may keep it: it never changes.
class ObserverList {
 public:
  using Queues = std::vector<std::shared_ptr<ObserverQueue>>;
  using Snapshot = std::shared_ptr<const Queues>;

  ObserverList() = default;

  /// Those that hear of every call.
  static ObserverList& of_process();

  void add(std::shared_ptr<CallObserver> observer);
  void remove(const std::shared_ptr<CallObserver>& observer);
  /// Null if there is none.
  Snapshot snapshot() const;
  void set(Snapshot snapshot);

 private:
  mutable std::mutex mutex_;
  Snapshot queues_;
};

/// Who hears of one call: those of the process and those of its model.
class CallObservers {
 public:
  CallObservers() = default;
  explicit CallObservers(ObserverList::Snapshot of_model)
      : of_process_(ObserverList::of_process().snapshot()), of_model_(std::move(of_model)) {}

  bool empty() const noexcept { return !of_process_ && !of_model_; }
  void tell(const CallEvent& event) const;

 private:
  ObserverList::Snapshot of_process_;
  ObserverList::Snapshot of_model_;
};

}  // namespace fastccg

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "fastccg/observer.hpp"

namespace fastccg::python {

/// Events on their way from the library's threads, which never wait for the interpreter, to the one thread of Python that
/// gives them to an observer. It does not know Python. Safe to use from any thread.
class EventQueue {
 public:
  EventQueue() = default;

  /// Drops the event, and counts it, if the observer is too far behind.
  void add(const CallEvent& event) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    if (waiting_.size() >= most_waiting) {
      lost_ += 1 + event.lost;
      return;
    }
    waiting_.push_back(event);
    waiting_.back().lost += std::exchange(lost_, 0);
    ++added_;
    changed_.notify_all();
  }

  /// Waits for events. None are left, and none will come, when it gives an empty list: the queue has then ended.
  /// Whoever calls it has been through those that it gave before.
  std::vector<CallEvent> take() {
    std::unique_lock lock(mutex_);
    told_ = added_ - waiting_.size();
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopped_ || senders_ == 0 || !waiting_.empty(); });
    ended_ = waiting_.empty();
    return std::exchange(waiting_, {});
  }

  /// Someone begins to send events. Returns false if the queue has ended.
  bool begin() {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    ++senders_;
    return true;
  }
  /// Who has begun will send no more.
  void end() {
    const std::lock_guard lock(mutex_);
    --senders_;
    changed_.notify_all();
  }
  /// Takes no more events, whoever sends them.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  /// How many events have been added; for `reached`.
  std::uint64_t added() const {
    const std::lock_guard lock(mutex_);
    return added_;
  }
  /// Waits, not longer than that, until the observer has been through so many events.
  bool reached(std::uint64_t events, std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, longest, [&] { return told_ >= events || ended_; });
  }

 private:
  static constexpr std::size_t most_waiting = 10'000;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CallEvent> waiting_;
  std::size_t lost_ = 0;
  std::uint64_t added_ = 0;
  std::uint64_t told_ = 0;
  int senders_ = 0;
  bool stopped_ = false;
  bool ended_ = false;
};

/// What the library knows as an observer. When all models, and the process, have let go of it, it is done.
class Sender final : public CallObserver {
 public:
  /// For a queue at which `begin` has returned true.
  explicit Sender(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
  ~Sender() override { queue_->end(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void on_event(const CallEvent& event) override { queue_->add(event); }

  /// For the child of a fork, where there is no other thread yet.
  void send_to(std::shared_ptr<EventQueue> queue) noexcept { queue_.swap(queue); }

 private:
  std::shared_ptr<EventQueue> queue_;
};

}  // namespace fastccg::python

#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

#include "fastccg/executor.hpp"

namespace fastccg::python {

/// What the library's threads leave behind when something that Python waits for has become ready. It does not know Python.
class Completion : public Resumable {
 public:
  void resume() noexcept final {}

 private:
  friend class Completions;
  Completion* next_ = nullptr;
  std::shared_ptr<Resumable> self_;  ///< Keeps it alive while it stands in a queue.
};

/// A queue that any thread adds to without waiting and one thread empties, and a descriptor that becomes readable when
/// there is something in it. One wake-up serves all that came before it is answered.
class Completions final : public Executor {
 public:
  Completions() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "cannot wait for answers");
  }
  ~Completions() override {
    close();
    ::close(descriptor_);
  }
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  int descriptor() const noexcept { return descriptor_; }

  /// Adds a `Completion`. It may be added again only after it has been taken.
  void post(std::shared_ptr<Resumable> work) override {
    auto* const completion = static_cast<Completion*>(work.get());
    completion->self_ = std::move(work);
    auto* head = head_.load(std::memory_order_relaxed);
    do {
      if (head == closed()) return completion->self_.reset();
      completion->next_ = head;
    } while (!head_.compare_exchange_weak(head, completion, std::memory_order_release, std::memory_order_relaxed));
    if (head == nullptr) wake();
  }

  /// Takes all that there is, and calls `handle` with each, the oldest first.
  template <class Handle>
  void take(Handle handle) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(descriptor_, &count, sizeof(count));
    each(head_.exchange(nullptr, std::memory_order_acquire), handle);
  }

  /// What is added from now on is dropped.
  void close() noexcept {
    each(head_.exchange(closed(), std::memory_order_acquire), [](const std::shared_ptr<Resumable>&) {});
  }

 private:
  static Completion* closed() noexcept {
    static Completion mark;
    return &mark;
  }

  void wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof(one));
  }

  template <class Handle>
  static void each(Completion* newest, Handle handle) {
    if (newest == closed()) return;
    Completion* oldest = nullptr;
    while (newest) {
      auto* const next = std::exchange(newest->next_, oldest);
      oldest = std::exchange(newest, next);
    }
    while (oldest) {
      auto self = std::move(oldest->self_);
      oldest = oldest->next_;
      handle(self);
    }
  }

  std::atomic<Completion*> head_{nullptr};
  const int descriptor_;
};

}  // namespace fastccg::python

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "async/innermost.hpp"
#include "async/pool.hpp"
#include "async/together.hpp"
#include "fastccg/task.hpp"

namespace fastccg::detail {

/// What outlives the loop: coroutines that were not ended by it hold on to their executor.
class RunLoop::Queue final : public Executor, private Wakeable, public std::enable_shared_from_this<Queue> {
 public:
  using Batch = std::vector<std::shared_ptr<Resumable>>;

  void post(std::shared_ptr<Resumable> work) override {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) {
        incoming_.push_back(std::move(work));
        wake = std::exchange(asleep_, false);
      }
    }
    if (wake && !Together::defer(std::shared_ptr<Wakeable>(shared_from_this(), this))) wake_up();
    if (work) Pool::shared()->post(std::move(work));
  }

  void stop() noexcept {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    asleep_ = false;
    awake_.notify_one();
  }

  void run() {
    Batch batch;
    while (take(batch)) {
      for (auto& work : batch) {
        work->resume();
        work.reset();
      }
      batch.clear();
    }
    end();
  }

 private:
  void wake_up() noexcept override { awake_.notify_one(); }

  /// Waits for work and takes all of it; returns false once the loop has been stopped.
  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    if (incoming_.empty() && !stopped_) {
      const Pool::BlockedScope blocked;
      asleep_ = true;
      awake_.wait(lock, [this] { return !asleep_; });
    }
    if (stopped_) return false;
    batch.swap(incoming_);
    return true;
  }

  /// From now on, and also for what is left, the pool does the work.
  void end() {
    Batch rest;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      rest.swap(incoming_);
    }
    for (auto& work : rest) Pool::shared()->post(std::move(work));
  }

  std::mutex mutex_;
  std::condition_variable awake_;
  Batch incoming_;
  bool asleep_ = false;  ///< Whoever clears it wakes the loop; so a loop that runs is not notified.
  bool stopped_ = false;
  bool ended_ = false;
};

namespace {

/// The loops that run on this thread, the innermost first.
class Running {
 public:
  explicit Running(std::shared_ptr<Executor> executor) : executor_(std::move(executor)), outer_(innermost) {
    innermost = this;
  }
  ~Running() { innermost = outer_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  const std::shared_ptr<Executor>& executor() const { return executor_; }
  static thread_local Running* innermost;

 private:
  std::shared_ptr<Executor> executor_;
  Running* outer_;
};
thread_local Running* Running::innermost = nullptr;

}  // namespace

std::shared_ptr<Executor> innermost_run() { return Running::innermost ? Running::innermost->executor() : nullptr; }

RunLoop::RunLoop() : queue_(std::make_shared<Queue>()) {
  // The pool, where the rest of the work goes, comes into being before what the work will use.
  Pool::shared();
}
RunLoop::~RunLoop() = default;

void RunLoop::post(std::shared_ptr<Resumable> work) { queue_->post(std::move(work)); }

void RunLoop::run() {
  const Running running(queue_);
  queue_->run();
}

void RunLoop::stop() noexcept {
  // A stop from another thread lets `run` return, and this object go, before it has returned itself.
  const auto queue = queue_;
  queue->stop();
}

}  // namespace fastccg::detail

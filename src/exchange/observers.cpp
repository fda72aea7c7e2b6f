#include "exchange/observers.hpp"

#include <pthread.h>

#include <algorithm>
#include <map>
#include <utility>

namespace fastccg {

namespace {

constexpr std::size_t most_waiting = 10'000;

class LastReference final : public Resumable {
 public:
  explicit LastReference(std::shared_ptr<CallObserver> observer) : observer_(std::move(observer)) {}
  void resume() noexcept override { observer_.reset(); }

 private:
  std::shared_ptr<CallObserver> observer_;
};

/// The queues that there are, by their observers.
class Registry {
 public:
  using Queues = std::vector<std::shared_ptr<ObserverQueue>>;

  /// Never destroyed: calls may still end while the program's static objects go.
  static Registry& of_process() {
    static auto* const registry = std::make_unique<Registry>().release();
    // After a fork the child's pool comes first: what is let go here may use it.
    static const auto pool = Executor::current();
    [[maybe_unused]] static const int at_fork = ::pthread_atfork(
        [] { registry->before_fork(); }, [] { registry->after_fork(&ObserverQueue::after_fork_in_parent); },
        [] { registry->after_fork(&ObserverQueue::after_fork_in_child); });
    return *registry;
  }

  std::shared_ptr<ObserverQueue> of(std::shared_ptr<CallObserver> observer) {
    const std::lock_guard lock(mutex_);
    std::erase_if(queues_, [](const auto& entry) { return entry.second.expired(); });
    auto& entry = queues_[observer.get()];
    auto queue = entry.lock();
    if (!queue) entry = queue = std::make_shared<ObserverQueue>(std::move(observer));
    return queue;
  }

  Queues all() {
    const std::lock_guard lock(mutex_);
    return alive();
  }

 private:
  Queues alive() const {
    Queues found;
    for (const auto& [observer, queue] : queues_)
      if (auto one = queue.lock()) found.push_back(std::move(one));
    return found;
  }

  void before_fork() {
    mutex_.lock();
    forking_ = alive();
    for (const auto& queue : forking_) queue->before_fork();
  }

  void after_fork(void (ObserverQueue::*release)()) {
    const Queues forking = std::exchange(forking_, {});
    for (const auto& queue : forking) (*queue.*release)();
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::map<CallObserver*, std::weak_ptr<ObserverQueue>> queues_;
  Queues forking_;
};

}  // namespace

std::string_view to_string(CallEvent::Kind kind) noexcept {
  using Kind = CallEvent::Kind;
  switch (kind) {
    case Kind::started: return "started";
    case Kind::queued: return "queued";
    case Kind::attempt: return "attempt";
    case Kind::first_byte: return "first_byte";
    case Kind::first_token: return "first_token";
    case Kind::attempt_failed: return "attempt_failed";
    case Kind::finished: return "finished";
  }
  return "unknown";
}

std::shared_ptr<ObserverQueue> ObserverQueue::of(std::shared_ptr<CallObserver> observer) {
  if (!observer) throw_error(Error(ErrorKind::usage, "there is no observer in this pointer"));
  return Registry::of_process().of(std::move(observer));
}

std::vector<std::shared_ptr<ObserverQueue>> ObserverQueue::all() { return Registry::of_process().all(); }

ObserverQueue::~ObserverQueue() {
  try {
    Executor::current()->post(std::make_shared<LastReference>(std::move(observer_)));
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory it goes right here
  }
}

void ObserverQueue::add(CallEvent event) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) {
      ++lost_;
      return;
    }
    event.lost = std::exchange(lost_, 0);
    waiting_.push_back(std::move(event));
    ++added_;
    if (std::exchange(running_, true)) return;
  }
  Executor::current()->post(shared_from_this());
}

bool ObserverQueue::take(std::vector<CallEvent>& batch) {
  told_ += batch.size();
  batch.clear();
  std::erase_if(catching_up_, [this](auto& waiting) {
    const bool reached = waiting.first <= told_;
    if (reached) waiting.second.set_value();
    return reached;
  });
  batch.swap(waiting_);
  running_ = !batch.empty();
  running_on_ = running_ ? std::this_thread::get_id() : std::thread::id();
  return running_;
}

void ObserverQueue::resume() noexcept {
  std::vector<CallEvent> batch;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!take(batch)) return;
    }
    for (const auto& event : batch) {
      try {
        observer_->on_event(event);
      } catch (...) {  // NOLINT(bugprone-empty-catch): an observer's failure is no failure of the call
      }
    }
  }
}

std::future<void> ObserverQueue::caught_up() {
  std::promise<void> reached;
  auto result = reached.get_future();
  const std::lock_guard lock(mutex_);
  if (running_ && running_on_ != std::this_thread::get_id())
    catching_up_.emplace_back(added_, std::move(reached));
  else
    reached.set_value();
  return result;
}

void ObserverQueue::after_fork_in_child() {
  // The parent tells of what waits, and the thread that does so is the parent's alone.
  waiting_.clear();
  catching_up_.clear();
  lost_ = 0;
  running_ = false;
  running_on_ = std::thread::id();
  told_ = added_;
  mutex_.unlock();
}

ObserverList& ObserverList::of_process() {
  // Never destroyed: calls may still end while the program's static objects go.
  static auto* const list = std::make_unique<ObserverList>().release();
  return *list;
}

void ObserverList::add(std::shared_ptr<CallObserver> observer) {
  auto queue = ObserverQueue::of(std::move(observer));
  const std::lock_guard lock(mutex_);
  auto changed = queues_ ? std::make_shared<Queues>(*queues_) : std::make_shared<Queues>();
  if (std::ranges::find(*changed, queue) != changed->end()) return;
  changed->push_back(std::move(queue));
  queues_ = std::move(changed);
}

void ObserverList::remove(const std::shared_ptr<CallObserver>& observer) {
  Snapshot before;  // let go outside the lock: what it holds last is user code
  const std::lock_guard lock(mutex_);
  if (!queues_) return;
  auto changed = std::make_shared<Queues>(*queues_);
  std::erase_if(*changed, [&](const auto& queue) { return queue->observer() == observer; });
  before = std::exchange(queues_, changed->empty() ? nullptr : std::move(changed));
}

ObserverList::Snapshot ObserverList::snapshot() const {
  const std::lock_guard lock(mutex_);
  return queues_;
}

void ObserverList::set(Snapshot snapshot) {
  const std::lock_guard lock(mutex_);
  queues_.swap(snapshot);
}

void CallObservers::tell(const CallEvent& event) const {
  if (of_process_)
    for (const auto& queue : *of_process_) queue->add(event);
  if (of_model_)
    for (const auto& queue : *of_model_)
      if (!of_process_ || std::ranges::find(*of_process_, queue) == of_process_->end()) queue->add(event);
}

void add_observer(std::shared_ptr<CallObserver> observer) { ObserverList::of_process().add(std::move(observer)); }
void remove_observer(const std::shared_ptr<CallObserver>& observer) { ObserverList::of_process().remove(observer); }

bool wait_for_observers(std::chrono::milliseconds longest) {
  constexpr std::chrono::hours year(366 * 24);
  const auto until = std::chrono::steady_clock::now() + std::clamp<std::chrono::milliseconds>(longest, {}, year);
  std::vector<std::future<void>> all;
  for (const auto& queue : ObserverQueue::all()) all.push_back(queue->caught_up());
  return std::ranges::all_of(all, [&](auto& one) { return one.wait_until(until) == std::future_status::ready; });
}

}  // namespace fastccg

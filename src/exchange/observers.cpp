#include "exchange/observers.hpp"

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
  static std::mutex mutex;
  static auto* const queues = std::make_unique<std::map<CallObserver*, std::weak_ptr<ObserverQueue>>>().release();
  const std::lock_guard lock(mutex);
  std::erase_if(*queues, [](const auto& entry) { return entry.second.expired(); });
  auto& entry = (*queues)[observer.get()];
  auto queue = entry.lock();
  if (!queue) entry = queue = std::make_shared<ObserverQueue>(std::move(observer));
  return queue;
}

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
    if (std::exchange(running_, true)) return;
  }
  Executor::current()->post(shared_from_this());
}

void ObserverQueue::resume() noexcept {
  std::vector<CallEvent> batch;
  for (;;) {
    batch.clear();
    {
      const std::lock_guard lock(mutex_);
      batch.swap(waiting_);
      running_ = !batch.empty();
      if (!running_) return;
    }
    for (const auto& event : batch) {
      try {
        observer_->on_event(event);
      } catch (...) {  // NOLINT(bugprone-empty-catch): an observer's failure is no failure of the call
      }
    }
  }
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

}  // namespace fastccg

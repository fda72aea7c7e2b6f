#include "async/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "fastccg/error.hpp"

namespace fastccg {

namespace {

thread_local Pool* pool_of_this_thread = nullptr;

/// Keeps its object from ever being destroyed.
template <class T>
union Immortal {
  template <class... Args>
  explicit Immortal(Args&&... args) : value(std::forward<Args>(args)...) {}
  ~Immortal() {}
  T value;
};

Pool::Limits with_cores(Pool::Limits limits) {
  if (limits.eager == 0) limits.eager = std::max(1U, std::thread::hardware_concurrency());
  limits.eager = std::min(limits.eager, limits.most);
  return limits;
}

}  // namespace

std::shared_ptr<Pool> Pool::shared() {
  class Shared : public Pool {
   public:
    Shared() : Pool(with_one_that_stays(), At::exit) {}
    static Limits with_one_that_stays() {
      Limits limits;
      limits.least = 1;
      return limits;
    }
  };
  static Immortal<Shared> pool;
  // The threads do not come along into the child of a fork, and the mutex may be locked there for ever.
  [[maybe_unused]] static const int at_fork = ::pthread_atfork(nullptr, nullptr, [] {
    pool_of_this_thread = nullptr;
    std::construct_at(&pool.value);
  });
  // Owns nothing and costs no counting: the pool outlives all.
  return std::shared_ptr<Pool>(std::shared_ptr<void>(), &pool.value);
}

Pool::Pool(Limits limits) : Pool(limits, At::destruction) {}

Pool::Pool(Limits limits, At joined_at) : limits_(with_cores(limits)), joined_at_(joined_at) { join_at_exit(); }

Pool::~Pool() { shut_down(); }

void Pool::join_at_exit() {
  if (joined_at_ != At::exit || exit_will_join_) return;
  exit_will_join_ = std::atexit([] { Pool::shared()->shut_down(); }) == 0;
}

void Pool::start() {
  const Lock lock(mutex_);
  if (workers_ == 0) spawn(Role::worker);
  check_started();
}

void Pool::post(std::shared_ptr<Resumable> work) {
  const Lock lock(mutex_);
  queue_.push_back(std::move(work));
  provide();
  if (workers_ == 0) queue_.pop_back();
  check_started();
}

void Pool::check_started() const {
  if (workers_ == 0) throw_error(Error(ErrorKind::usage, "cannot start a thread: the system has none left"));
}

void Pool::provide() {
  if (queue_.size() <= idle_) return work_came_.notify_one();
  if (active() < limits_.eager) return spawn(Role::worker);
  if (!watcher_) return spawn(Role::watcher);
  if (watcher_idle_) watch_.notify_one();
}

void Pool::spawn(Role role) {
  join_at_exit();
  const auto self = running_.emplace(running_.end());
  try {
    *self = std::thread([this, self, role] {
      pool_of_this_thread = this;
      Lock lock(mutex_);
      role == Role::worker ? work(lock) : watch(lock);
      retire(lock, self);
    });
  } catch (const std::system_error&) {
    running_.erase(self);
    return;
  }
  if (role == Role::worker) ++workers_;
  if (role == Role::watcher) watcher_ = true;
}

void Pool::work(Lock& lock) {
  for (;;) {
    while (!queue_.empty()) {
      auto work = std::move(queue_.front());
      queue_.pop_front();
      ++begun_;
      lock.unlock();
      work->resume();
      work.reset();
      lock.lock();
    }
    if (closing_) break;
    ++idle_;
    const bool woken = work_came_.wait_for(lock, limits_.keep_alive, [this] { return !queue_.empty() || closing_; });
    --idle_;
    if (!woken && workers_ > limits_.least) break;
  }
  --workers_;
}

void Pool::watch(Lock& lock) {
  for (;;) {
    if (!work_waits()) {
      if (closing_) break;
      watcher_idle_ = true;
      const bool woken = watch_.wait_for(lock, limits_.keep_alive, [this] { return work_waits() || closing_; });
      watcher_idle_ = false;
      if (!woken) break;
    }
    const auto seen = begun_;
    watch_.wait_for(lock, limits_.patience, [this] { return !work_waits(); });
    if (work_waits() && begun_ == seen && active() < limits_.most) spawn(Role::worker);
  }
  watcher_ = false;
}

void Pool::retire(Lock& lock, Threads::iterator self) {
  Threads gone;
  gone.swap(retired_);
  retired_.splice(retired_.end(), running_, self);
  one_retired_.notify_all();
  lock.unlock();
  for (auto& thread : gone) thread.join();
}

void Pool::shut_down() noexcept {
  Lock lock(mutex_);
  closing_ = true;
  work_came_.notify_all();
  watch_.notify_all();
  one_retired_.wait(lock, [this] {
    return std::all_of(running_.begin(), running_.end(),
                       [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); });
  });
  closing_ = false;
  exit_will_join_ = false;
  Threads gone;
  gone.swap(retired_);
  lock.unlock();
  for (auto& thread : gone) thread.join();
}

std::size_t Pool::threads() const {
  const Lock lock(mutex_);
  return running_.size();
}

Pool::BlockedScope::BlockedScope() noexcept : pool_(pool_of_this_thread) {
  if (!pool_) return;
  const Lock lock(pool_->mutex_);
  ++pool_->blocked_;
  if (pool_->work_waits()) pool_->provide();
}

Pool::BlockedScope::~BlockedScope() {
  if (!pool_) return;
  const Lock lock(pool_->mutex_);
  --pool_->blocked_;
}

}  // namespace fastccg

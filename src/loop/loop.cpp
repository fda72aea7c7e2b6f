#include "loop/loop.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "fastccg/error.hpp"
#include "loop/timer_heap.hpp"

namespace fastccg {
namespace {

[[noreturn]] void throw_system_error(const char* what, int code) {
  throw_error(Error(ErrorKind::usage, std::string(what) + ": " + std::generic_category().message(code)));
}

/// Closes its descriptor.
class Descriptor {
 public:
  Descriptor(int fd, const char* what) : fd_(fd) {
    if (fd_ < 0) throw_system_error(what, errno);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// While it lives, threads that are started take no signals that are meant for the process: those interrupt the
/// program's own threads, as they would without us (Ctrl-C must reach a thread that waits in `ask`). SIGPIPE is among
/// them, which OpenSSL raises by writing to a closed connection: the write then just fails.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF}) sigdelset(&blocked, fault);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

/// Work does not throw by design. If it does all the same (memory ran out, a bug), this piece of work is given up and
/// the loop goes on: everything else that runs on it has nothing to do with the failure, and a loop that died would
/// leave every call waiting. One line on standard error keeps it from going unseen.
template <class Function, class... Arguments>
void run_guarded(Function& function, Arguments... arguments) noexcept {
  try {
    function(arguments...);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fastccg: work on the event loop failed: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "fastccg: work on the event loop failed\n");
  }
}

unsigned to_epoll(unsigned readiness) {
  unsigned events = 0;
  if ((readiness & Loop::readable) != 0) events |= EPOLLIN;
  if ((readiness & Loop::writable) != 0) events |= EPOLLOUT;
  return events;
}

unsigned from_epoll(unsigned events) {
  // An error or a hang-up is found out by reading or writing, whichever the handler waits for.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Loop::readable | Loop::writable;
  unsigned readiness = 0;
  if ((events & EPOLLIN) != 0) readiness |= Loop::readable;
  if ((events & EPOLLOUT) != 0) readiness |= Loop::writable;
  return readiness;
}

}  // namespace

class Loop::Impl {
 public:
  Impl()
      : epoll_(::epoll_create1(EPOLL_CLOEXEC), "cannot start the event loop"),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot start the event loop") {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wake_mark;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) {
      throw_system_error("cannot start the event loop", errno);
    }
    const SignalsBlocked blocked;
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      throw_system_error("cannot start the event loop's thread", error.code().value());
    }
  }
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool post(Work work) {
    const bool own = on_thread();
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      inbox_.push_back(std::move(work));
      wake = !own && !std::exchange(wake_written_, true);
    }
    if (own) posted_by_self_ = true;
    if (wake) write_wake();
    return true;
  }

  void stop() {
    if (on_thread()) {
      throw_error(Error(ErrorKind::usage, "the event loop cannot be stopped from its own thread"));
    }
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    write_wake();
    const std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  bool on_thread() const noexcept { return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

  TimerId at(Clock::time_point when, Work work) {
    // A timer for the past counts as due now, behind those that are due already: one that sets itself again and again
    // must not keep the others from running.
    return timers_.add(std::max(when, looked_at_), std::move(work));
  }

  void cancel(TimerId timer) noexcept { const Work dropped = timers_.take(timer); }

  void watch(int fd, unsigned readiness, FdHandler& handler) {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= watched_.size()) watched_.resize(index + 1);
    Watched& entry = watched_[index];
    if (entry.handler == &handler && entry.readiness == readiness) return;

    const bool known = entry.handler != nullptr;
    if (!known) ++entry.generation;
    epoll_event event{};
    event.events = to_epoll(readiness);
    event.data.u64 = mark(index);
    // A descriptor that was closed without `unwatch` has left the epoll set, and its number may have come back.
    int failed = ::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    if (failed != 0 && errno == (known ? ENOENT : EEXIST)) {
      failed = ::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    }
    if (failed != 0) {
      const int code = errno;
      entry.handler = nullptr;
      throw_system_error("cannot watch a descriptor", code);
    }
    entry.handler = &handler;
    entry.readiness = readiness;
  }

  void unwatch(int fd) noexcept {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= watched_.size() || watched_[index].handler == nullptr) return;
    watched_[index].handler = nullptr;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  }

  std::uint64_t round() const noexcept { return rounds_; }

 private:
  static constexpr std::uint64_t wake_mark = std::numeric_limits<std::uint64_t>::max();
  using Events = std::array<epoll_event, 256>;

  class Watched {
   public:
    Watched() = default;

    FdHandler* handler = nullptr;  ///< Null: not watched.
    unsigned readiness = 0;
    std::uint32_t generation = 0;  ///< Tells an event of this descriptor from one of an earlier with its number.
  };

  std::uint64_t mark(std::size_t fd) const { return (std::uint64_t{watched_[fd].generation} << 32) | fd; }

  void write_wake() noexcept {
    const std::uint64_t one = 1;
    // It fails only if the counter is full, and then the loop wakes up all the same.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  }

  void run() {
    thread_id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    Events events;
    for (bool running = true; running;) {
      const int count = wait(events);
      for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)]);
      run_due_timers();
      running = run_posted();
      ++rounds_;
    }
    // What is left is destroyed here, on the thread that it belongs to.
    while (!timers_.empty()) const Work dropped = timers_.take_next();
    thread_id_.store(std::thread::id(), std::memory_order_relaxed);
  }

  /// Waits for events until the next timer is due. An early return is harmless: timers look at the clock themselves.
  int wait(Events& events) {
    const auto asked = Clock::now();
    std::optional<Clock::duration> timeout;
    if (posted_by_self_) {
      timeout = Clock::duration::zero();
    } else if (!timers_.empty()) {
      timeout = std::max(timers_.next() - asked, Clock::duration::zero());
    }
    int count = exact_wait_ ? wait_exactly(events, timeout) : wait_roughly(events, timeout);
    if (count < 0 && exact_wait_ && (errno == ENOSYS || errno == EPERM)) {
      // An old kernel, or a sandbox that does not know the call.
      exact_wait_ = false;
      count = wait_roughly(events, timeout);
    }
    if (count < 0) return 0;
    take_down_look(asked, static_cast<std::size_t>(count), events.size());
    return count;
  }

  /// The system reports all ready descriptors in turn, `most` at a time.
  void take_down_look(Clock::time_point asked, std::size_t count, std::size_t most) {
    if (reported_ == 0) look_began_ = asked;
    reported_ += count;
    if (count == most && reported_ < watched_.size()) return;
    looked_at_ = look_began_;
    reported_ = 0;
  }

  int wait_exactly(Events& events, std::optional<Clock::duration> timeout) {
    timespec time{};
    if (timeout) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*timeout);
      time.tv_sec = static_cast<std::time_t>(seconds.count());
      time.tv_nsec = static_cast<long>(std::chrono::nanoseconds(*timeout - seconds).count());
    }
    return ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout ? &time : nullptr,
                          nullptr);
  }

  int wait_roughly(Events& events, std::optional<Clock::duration> timeout) {
    constexpr std::int64_t longest = std::numeric_limits<int>::max();
    const std::int64_t milliseconds =
        timeout ? std::min(longest, std::int64_t{std::chrono::ceil<std::chrono::milliseconds>(*timeout).count()}) : -1;
    return ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), static_cast<int>(milliseconds));
  }

  void dispatch(const epoll_event& event) {
    if (event.data.u64 == wake_mark) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto read = ::read(wake_.get(), &count, sizeof count);
      return;
    }
    const std::size_t index = event.data.u64 & 0xffffffffU;
    // An earlier event of the same batch may have ended, changed or replaced what was watched.
    if (watched_[index].handler == nullptr || mark(index) != event.data.u64) return;
    const unsigned readiness = from_epoll(event.events) & watched_[index].readiness;
    FdHandler& handler = *watched_[index].handler;
    auto report = [&handler](int fd, unsigned ready) { handler.on_ready(fd, ready); };
    if (readiness != 0) run_guarded(report, static_cast<int>(index), readiness);
  }

  /// A timer runs only once all descriptors were looked at while it was due. When a process was stopped for a while, or
  /// a handler took long, deadlines have passed; but what they wait for may have come in time.
  /// Timers that are set meanwhile wait for the next round, so that descriptors get their turn in between.
  void run_due_timers() {
    const std::uint64_t limit = timers_.added();
    while (!timers_.empty() && timers_.next() <= looked_at_ && timers_.next_number() < limit) {
      Work work = timers_.take_next();
      run_guarded(work);
    }
  }

  /// Runs what is in the inbox; what is posted meanwhile waits for the next batch. False if the loop is to end.
  bool run_posted() {
    bool running = true;
    {
      const std::lock_guard lock(mutex_);
      batch_.swap(inbox_);
      wake_written_ = false;
      running = !stopping_;
    }
    posted_by_self_ = false;
    for (Work& work : batch_) {
      run_guarded(work);
      work = nullptr;  // What it holds is let go in order, too.
    }
    batch_.clear();
    return running;
  }

  Descriptor epoll_;
  Descriptor wake_;

  std::mutex mutex_;
  std::vector<Work> inbox_;    // Guarded by mutex_, as are the two below.
  bool wake_written_ = false;  // Whether the loop will wake up anyway.
  bool stopping_ = false;

  // Of the loop's thread.
  std::vector<Work> batch_;
  bool posted_by_self_ = false;
  bool exact_wait_ = true;
  TimerHeap timers_;
  Clock::time_point looked_at_ = Clock::now();  // All that was ready then has been reported.
  Clock::time_point look_began_;                // Of the look that goes on,
  std::size_t reported_ = 0;                    // and what it has reported so far.
  std::vector<Watched> watched_;                // By descriptor: the kernel hands out the lowest number that is free.
  std::uint64_t rounds_ = 0;

  std::atomic<std::thread::id> thread_id_;
  std::mutex join_mutex_;
  std::thread thread_;
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

bool Loop::post(Work work) { return impl_->post(std::move(work)); }
void Loop::stop() { impl_->stop(); }
bool Loop::on_loop_thread() const noexcept { return impl_->on_thread(); }
Loop::TimerId Loop::at(Clock::time_point when, Work work) { return impl_->at(when, std::move(work)); }
Loop::TimerId Loop::after(Clock::duration delay, Work work) {
  const Clock::time_point now = Clock::now();
  // A delay that stands for "never" must not wrap around into the past.
  return at(now + std::min(delay, Clock::time_point::max() - now), std::move(work));
}
void Loop::cancel(TimerId timer) noexcept { impl_->cancel(timer); }
void Loop::watch(int fd, unsigned readiness, FdHandler& handler) { impl_->watch(fd, readiness, handler); }
void Loop::unwatch(int fd) noexcept { impl_->unwatch(fd); }
std::uint64_t Loop::round() const noexcept { return impl_->round(); }

}  // namespace fastccg

#include "wait.hpp"

#include <features.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>

#include "fastccg/executor.hpp"

namespace fastccg::python {

namespace {

/// How long a signal may go unnoticed that came just before a wait began. All others interrupt the wait.
constexpr long slice_nanoseconds = 50'000'000;

/// A thread that waits for one thing. It is its own executor, since nothing is to be run.
class Waiter final : public Executor, public Resumable {
 public:
  Waiter() { ::sem_init(&semaphore_, 0, 0); }
  ~Waiter() override { ::sem_destroy(&semaphore_); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  void post(std::shared_ptr<Resumable>) override { ::sem_post(&semaphore_); }
  void resume() noexcept override {}

  /// Returns false if a signal came or the slice is over.
  bool wait_slice() noexcept {
    timespec until{};
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 30)
#define FASTCCG_HAVE_SEM_CLOCKWAIT
#endif
#endif
#ifdef FASTCCG_HAVE_SEM_CLOCKWAIT
    constexpr clockid_t clock = CLOCK_MONOTONIC;
#else
    constexpr clockid_t clock = CLOCK_REALTIME;
#endif
    ::clock_gettime(clock, &until);
    until.tv_nsec += slice_nanoseconds;
    if (until.tv_nsec >= 1'000'000'000) {
      until.tv_nsec -= 1'000'000'000;
      ++until.tv_sec;
    }
#ifdef FASTCCG_HAVE_SEM_CLOCKWAIT
    return ::sem_clockwait(&semaphore_, clock, &until) == 0;
#else
    return ::sem_timedwait(&semaphore_, &until) == 0;
#endif
  }

  void wait() noexcept {
    while (::sem_wait(&semaphore_) != 0 && errno == EINTR) continue;
  }

 private:
  sem_t semaphore_;
};

bool on_main_thread() noexcept { return ::syscall(SYS_gettid) == ::getpid(); }

}  // namespace

void wait(const std::shared_ptr<detail::Pending>& pending) {
  if (pending->ready()) return;
  const auto waiter = std::make_shared<Waiter>();
  pending->notify(waiter, waiter);
  const bool hears_signals = on_main_thread();
  for (;;) {
    auto* const thread = PyEval_SaveThread();
    bool done = true;
    if (hears_signals)
      done = waiter->wait_slice();
    else
      waiter->wait();
    PyEval_RestoreThread(thread);
    if (done) return;
    if (PyErr_CheckSignals() < 0) {
      pending->forget_waiter();
      pending->cancel();
      throw Raised();
    }
  }
}

}  // namespace fastccg::python

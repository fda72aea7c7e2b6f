#include <gtest/gtest.h>

#include <atomic>
#include <coroutine>
#include <memory>
#include <thread>

#include "fake.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/task.hpp"

namespace fastccg::test {
namespace {

/// Awaits work on an executor of the test's choice.
class On {
 public:
  On(std::shared_ptr<Fake<int>> work, std::shared_ptr<Executor> executor)
      : work_(std::move(work)), executor_(std::move(executor)) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) { return work_->suspend(waiter, executor_); }
  void await_resume() const noexcept {}

 private:
  std::shared_ptr<Fake<int>> work_;
  std::shared_ptr<Executor> executor_;
};

Owned count(std::shared_ptr<Fake<int>> work, std::shared_ptr<Executor> executor, int* counter) {
  On on(work, executor);
  co_await on;
  ++*counter;
}

class Callback final : public Resumable {
 public:
  void resume() noexcept override { ++calls; }
  std::atomic<int> calls{0};
};

class Pending : public ::testing::Test {
 protected:
  std::shared_ptr<Fake<int>> work = Fake<int>::make();
  std::shared_ptr<Manual> executor = std::make_shared<Manual>();
  std::shared_ptr<Manual> elsewhere = std::make_shared<Manual>();
  int resumed = 0;
};

TEST_F(Pending, a_coroutine_goes_on_when_its_executor_runs_it_and_not_before) {
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  work->set_ready();
  EXPECT_EQ(resumed, 0);
  executor->run_all();
  EXPECT_EQ(resumed, 1);
}

TEST_F(Pending, a_coroutine_does_not_suspend_for_what_is_ready) {
  work->set_ready();
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  EXPECT_EQ(resumed, 1);
  EXPECT_EQ(executor->size(), 0U);
}

TEST_F(Pending, becoming_ready_twice_wakes_once) {
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  work->set_ready();
  work->set_ready();
  EXPECT_EQ(executor->size(), 1U);
  executor->run_all();
}

TEST_F(Pending, a_second_waiter_of_any_kind_is_a_usage_error) {
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  EXPECT_THROW(work->suspend(std::noop_coroutine(), executor), UsageError);
  EXPECT_THROW(work->wait(), UsageError);
  EXPECT_THROW(work->notify(std::make_shared<Callback>(), executor), UsageError);
  work->forget_waiter();
}

TEST_F(Pending, a_waiter_beside_a_blocked_thread_is_a_usage_error) {
  std::jthread blocked([&] {
    work->start();
    work->wait();
  });
  work->wait_for_start();
  // The thread may not be blocked yet; from then on the answer is the error.
  for (bool refused = false; !refused;) {
    try {
      work->notify(std::make_shared<Callback>(), executor);
      work->forget_waiter();
    } catch (const UsageError&) {
      refused = true;
    }
  }
  work->set_ready();
}

TEST_F(Pending, a_forgotten_coroutine_is_not_posted) {
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  work->forget_waiter();
  work->set_ready();
  EXPECT_EQ(executor->size(), 0U);
}

TEST_F(Pending, a_coroutine_that_is_forgotten_after_it_was_posted_is_not_resumed) {
  {
    auto coroutine = count(work, executor, &resumed);
    coroutine.start();
    work->set_ready();
    work->forget_waiter();
  }
  executor->run_all();
  EXPECT_EQ(resumed, 0);
}

TEST_F(Pending, a_stale_post_does_not_resume_the_next_waiter_on_the_wrong_executor) {
  auto first = count(work, executor, &resumed);
  first.start();
  work->set_ready();
  work->forget_waiter();
  work->clear_ready();
  int resumed_elsewhere = 0;
  auto second = count(work, elsewhere, &resumed_elsewhere);
  second.start();
  executor->run_all();
  EXPECT_EQ(resumed_elsewhere, 0);
  work->set_ready();
  executor->run_all();
  EXPECT_EQ(resumed_elsewhere, 0);
  elsewhere->run_all();
  EXPECT_EQ(resumed_elsewhere, 1);
  EXPECT_EQ(resumed, 0);
}

TEST_F(Pending, a_waiter_that_becomes_ready_behind_a_stale_post_is_resumed_on_its_own_executor) {
  auto first = count(work, executor, &resumed);
  first.start();
  work->set_ready();
  work->forget_waiter();
  work->clear_ready();
  int resumed_elsewhere = 0;
  auto second = count(work, elsewhere, &resumed_elsewhere);
  second.start();
  work->set_ready();
  executor->run_all();
  EXPECT_EQ(resumed_elsewhere, 0);
  elsewhere->run_all();
  EXPECT_EQ(resumed_elsewhere, 1);
}

TEST_F(Pending, a_coroutine_stays_suspended_if_the_work_is_no_longer_ready) {
  auto coroutine = count(work, executor, &resumed);
  coroutine.start();
  work->set_ready();
  work->clear_ready();
  executor->run_all();
  EXPECT_EQ(resumed, 0);
  work->set_ready();
  executor->run_all();
  EXPECT_EQ(resumed, 1);
}

TEST_F(Pending, a_callback_is_posted_when_the_work_is_ready) {
  auto callback = std::make_shared<Callback>();
  work->notify(callback, executor);
  EXPECT_EQ(executor->size(), 0U);
  work->set_ready();
  EXPECT_EQ(callback->calls, 0);
  executor->run_all();
  EXPECT_EQ(callback->calls, 1);
}

TEST_F(Pending, a_callback_is_posted_at_once_for_what_is_ready) {
  auto callback = std::make_shared<Callback>();
  work->set_ready();
  work->notify(callback, executor);
  executor->run_all();
  EXPECT_EQ(callback->calls, 1);
}

TEST_F(Pending, a_forgotten_callback_is_released) {
  auto callback = std::make_shared<Callback>();
  work->notify(callback, executor);
  work->forget_waiter();
  EXPECT_EQ(callback.use_count(), 1);
  work->set_ready();
  EXPECT_EQ(executor->size(), 0U);
}

/// A source that becomes ready again and again, as a stream does.
class Ticks {
 public:
  std::shared_ptr<Fake<int>> work = Fake<int>::make();

  void produce() {
    const std::lock_guard lock(mutex_);
    ++available_;
    work->set_ready();
  }
  int take_all() {
    const std::lock_guard lock(mutex_);
    work->clear_ready();
    return std::exchange(available_, 0);
  }

 private:
  std::mutex mutex_;
  int available_ = 0;
};

/// Awaits work on the executor of the thread.
class Ready {
 public:
  explicit Ready(std::shared_ptr<Fake<int>> work) : work_(std::move(work)) {}
  bool await_ready() const { return work_->ready(); }
  bool await_suspend(std::coroutine_handle<> waiter) { return work_->suspend(waiter); }
  void await_resume() const noexcept {}

 private:
  std::shared_ptr<Fake<int>> work_;
};

Task<int> consume(Ticks* ticks, int expected) {
  int got = 0;
  while (got < expected) {
    Ready ready(ticks->work);
    co_await ready;
    got += ticks->take_all();
  }
  co_return got;
}

TEST(PendingStress, no_wake_up_of_a_coroutine_is_lost) {
  constexpr int n = 20'000;
  Ticks ticks;
  const std::jthread producer([&] {
    for (int i = 0; i < n; ++i) ticks.produce();
  });
  EXPECT_EQ(run(consume(&ticks, n)), n);
}

TEST(PendingStress, no_wake_up_of_a_thread_is_lost) {
  constexpr int n = 20'000;
  Ticks ticks;
  const std::jthread producer([&] {
    for (int i = 0; i < n; ++i) ticks.produce();
  });
  int got = 0;
  while (got < n) {
    ticks.work->wait();
    got += ticks.take_all();
  }
  EXPECT_EQ(got, n);
}

}  // namespace
}  // namespace fastccg::test

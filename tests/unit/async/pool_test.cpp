#include "async/pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "fake.hpp"
#include "fastccg/task.hpp"
#include "sanitizers.hpp"

namespace fastccg::test {
namespace {

Pool::Limits one_thread() {
  Pool::Limits limits;
  limits.eager = 1;
  limits.most = 1;
  return limits;
}

TEST(Pool, runs_work_on_a_thread_of_its_own) {
  Pool pool(one_thread());
  std::promise<std::thread::id> id;
  pool.post(work([&] { id.set_value(std::this_thread::get_id()); }));
  EXPECT_NE(id.get_future().get(), std::this_thread::get_id());
}

TEST(Pool, shut_down_runs_all_that_was_posted) {
  Pool pool(one_thread());
  std::atomic<int> runs{0};
  for (int i = 0; i < 1000; ++i) pool.post(work([&] { ++runs; }));
  pool.shut_down();
  EXPECT_EQ(runs, 1000);
  EXPECT_EQ(pool.threads(), 0U);
}

TEST(Pool, shut_down_also_runs_what_that_work_posts) {
  Pool pool(one_thread());
  std::atomic<bool> ran{false};
  pool.post(work([&] { pool.post(work([&] { ran = true; })); }));
  pool.shut_down();
  EXPECT_TRUE(ran);
}

TEST(Pool, can_be_used_after_shut_down) {
  Pool pool(one_thread());
  pool.shut_down();
  std::promise<void> ran;
  pool.post(work([&] { ran.set_value(); }));
  ran.get_future().get();
}

TEST(Pool, work_that_blocks_does_not_stop_the_rest) {
  Pool::Limits limits;
  limits.eager = 1;
  limits.most = 8;
  limits.patience = std::chrono::milliseconds(1);
  Pool pool(limits);
  std::promise<void> release;
  auto released = release.get_future().share();
  for (int i = 0; i < 7; ++i) pool.post(work([released] { released.wait(); }));
  pool.post(work([&] { release.set_value(); }));
  released.wait();
}

TEST(Pool, has_no_more_threads_at_work_than_its_limit) {
  Pool::Limits limits;
  limits.eager = 2;
  limits.most = 3;
  limits.patience = std::chrono::milliseconds(0);
  Pool pool(limits);
  std::atomic<int> running{0};
  std::atomic<int> peak{0};
  for (int i = 0; i < 300; ++i) {
    pool.post(work([&] {
      const int now = ++running;
      for (int seen = peak; seen < now && !peak.compare_exchange_weak(seen, now);) continue;
      std::this_thread::yield();
      --running;
    }));
  }
  pool.shut_down();
  EXPECT_GE(peak, 1);
  EXPECT_LE(peak, 3);
}

TEST(Pool, a_thread_that_waits_for_an_operation_makes_room) {
  Pool pool(one_thread());
  auto fake = Fake<int>::make();
  std::promise<int> got;
  pool.post(work([&] { got.set_value(operation(fake).get()); }));
  pool.post(work([&] { fake->complete(3); }));
  EXPECT_EQ(got.get_future().get(), 3);
}

Task<int> wait_for(Operation<int> op) { co_return co_await op; }

TEST(Pool, a_thread_inside_run_makes_room_while_it_waits) {
  Pool pool(one_thread());
  auto fake = Fake<int>::make();
  std::promise<int> got;
  pool.post(work([&] { got.set_value(run(wait_for(operation(fake)))); }));
  pool.post(work([&] { fake->complete(4); }));
  EXPECT_EQ(got.get_future().get(), 4);
}

TEST(Pool, threads_without_work_go) {
  Pool::Limits limits;
  limits.eager = 4;
  limits.keep_alive = std::chrono::milliseconds(1);
  Pool pool(limits);
  for (int i = 0; i < 50; ++i) pool.post(work([] {}));
  while (pool.threads() != 0) std::this_thread::yield();
  std::promise<void> ran;
  pool.post(work([&] { ran.set_value(); }));
  ran.get_future().get();
}

TEST(Pool, threads_that_are_to_stay_do) {
  Pool::Limits limits;
  limits.eager = 4;
  limits.keep_alive = std::chrono::milliseconds(1);
  limits.least = 1;
  Pool pool(limits);
  pool.start();
  for (int i = 0; i < 50; ++i) pool.post(work([] {}));
  while (pool.threads() > 1) std::this_thread::yield();
  // While those of other pools, which were idle later, go.
  limits.least = 0;
  for (int i = 0; i < 5; ++i) {
    Pool other(limits);
    other.start();
    while (other.threads() > 0) std::this_thread::yield();
    EXPECT_EQ(pool.threads(), 1U);
  }
}

TEST(Pool, where_the_system_has_no_thread_starting_and_posting_fail) {
  if (testing::has_sanitizer("thread")) GTEST_SKIP() << "this sanitizer lets no child of a fork start threads";
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Limits do not hold for root.
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NPROC, &none);
    Pool pool(one_thread());
    int failed = 0;
    try {
      pool.start();
    } catch (const UsageError&) {
      ++failed;
    }
    try {
      pool.post(work([] {}));
    } catch (const UsageError&) {
      ++failed;
    }
    ::_exit(failed == 2 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace fastccg::test

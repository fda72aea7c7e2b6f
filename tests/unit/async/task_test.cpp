#include "fastccg/task.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake.hpp"

namespace fastccg::test {
namespace {

static_assert(!std::is_aggregate_v<Task<int>>);

Task<int> give(int value) { co_return value; }
Task<void> nothing() { co_return; }
Task<int> fail() {
  throw std::domain_error("no");
  co_return 0;
}
Task<std::unique_ptr<int>> give_pointer(int value) { co_return std::make_unique<int>(value); }
Task<int> wait_for(Operation<int> op) { co_return co_await op; }

TEST(Run, returns_what_the_task_returns) { EXPECT_EQ(run(give(3)), 3); }
TEST(Run, returns_a_value_that_cannot_be_copied) { EXPECT_EQ(*run(give_pointer(3)), 3); }
TEST(Run, throws_what_the_task_throws) { EXPECT_THROW(run(fail()), std::domain_error); }
TEST(Run, runs_a_task_of_nothing) { EXPECT_NO_THROW(run(nothing())); }
TEST(Run, waits_for_what_another_thread_completes) { EXPECT_EQ(run(wait_for(later(4))), 4); }

TEST(Run, a_spent_task_is_a_usage_error) {
  auto task = give(1);
  EXPECT_EQ(run(std::move(task)), 1);
  EXPECT_THROW(run(std::move(task)), UsageError);
}

Task<int> await_twice(Task<int> task) {
  const int first = co_await std::move(task);
  const int second = co_await std::move(task);
  co_return first + second;
}
TEST(Task, a_second_await_is_a_usage_error) { EXPECT_THROW(run(await_twice(give(1))), UsageError); }

Task<bool> stays_on(std::thread::id thread) {
  bool same = true;
  for (int i = 0; i < 100; ++i) {
    co_await later(i);
    same = same && std::this_thread::get_id() == thread;
  }
  co_return same;
}
TEST(Run, all_code_runs_on_the_calling_thread) { EXPECT_TRUE(run(stays_on(std::this_thread::get_id()))); }

Task<int> sum_of_tasks(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += co_await give(1);
  co_return sum;
}
TEST(Task, a_hundred_thousand_tasks_that_end_at_once_need_no_stack) { EXPECT_EQ(run(sum_of_tasks(100'000)), 100'000); }

Task<int> sum_of_ready(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += co_await ready(1);
  co_return sum;
}
TEST(Task, a_hundred_thousand_ready_operations_need_no_stack) { EXPECT_EQ(run(sum_of_ready(100'000)), 100'000); }

Task<int> sum_of_later(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += co_await wait_for(later(1));
  co_return sum;
}
TEST(Task, many_tasks_that_wait_need_no_stack) { EXPECT_EQ(run(sum_of_later(20'000)), 20'000); }

Task<int> run_inside(int value) { co_return run(wait_for(later(value))) + co_await later(1); }
TEST(Run, works_inside_another_run) { EXPECT_EQ(run(run_inside(4)), 5); }

TEST(Run, works_on_several_threads_at_once) {
  std::vector<std::jthread> threads;
  std::atomic<int> sum{0};
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { sum += run(sum_of_later(500)); });
  threads.clear();
  EXPECT_EQ(sum, 2000);
}

Detached await_and_tell(Operation<int> op, std::promise<std::thread::id>* done) {
  co_await op;
  done->set_value(std::this_thread::get_id());
}
Task<void> start_detached(Operation<int> op, std::promise<std::thread::id>* done) {
  await_and_tell(std::move(op), done);
  co_return;
}
TEST(Run, a_coroutine_that_outlives_it_goes_on_in_the_pool) {
  auto fake = Fake<int>::make();
  std::promise<std::thread::id> done;
  run(start_detached(operation(fake), &done));
  fake->complete(1);
  EXPECT_NE(done.get_future().get(), std::this_thread::get_id());
}

Task<void> complete_and_return(std::shared_ptr<Fake<int>> fake, std::promise<std::thread::id>* done) {
  await_and_tell(operation(fake), done);
  fake->complete(1);
  co_return;
}
TEST(Run, what_is_left_in_its_queue_at_the_end_still_runs) {
  std::promise<std::thread::id> done;
  run(complete_and_return(Fake<int>::make(), &done));
  done.get_future().get();
}

/// An awaitable of another library, which goes on where it likes.
class OnANewThread {
 public:
  explicit OnANewThread(std::jthread* thread) : thread_(thread) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    *thread_ = std::jthread([waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  std::jthread* thread_;
};
Task<int> ends_elsewhere(std::jthread* thread) {
  OnANewThread elsewhere(thread);
  co_await elsewhere;
  co_return 9;
}
TEST(Run, returns_although_another_library_ends_the_task_on_its_own_thread) {
  for (int i = 0; i < 100; ++i) {
    std::jthread thread;
    EXPECT_EQ(run(ends_elsewhere(&thread)), 9);
  }
}

Task<std::string> catches() {
  try {
    co_await fail();
  } catch (const std::domain_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}
TEST(Task, an_exception_passes_through_an_await) { EXPECT_EQ(run(catches()), "no"); }

TEST(Task, destruction_before_the_start_runs_nothing) {
  auto fake = Fake<int>::make();
  { auto task = wait_for(operation(fake)); }
  EXPECT_FALSE(fake->started());
  EXPECT_EQ(fake->cancels(), 1);
}

Owned start_only(Task<int> task) { co_await std::move(task); }

TEST(Task, destruction_half_way_cancels_what_it_waits_for) {
  auto fake = Fake<int>::make();
  auto outer = start_only(wait_for(operation(fake)));
  outer.start();
  EXPECT_TRUE(fake->started());
  outer.destroy();
  EXPECT_EQ(fake->cancels(), 1);
}

Owned await_and_set(Operation<int> op, bool* went_on) {
  co_await op;
  *went_on = true;
}
Task<void> destroy_between_ready_and_resume(bool* went_on) {
  auto fake = Fake<int>::make();
  auto coroutine = await_and_set(operation(fake), went_on);
  coroutine.start();
  fake->complete(1);
  coroutine.destroy();
  co_await later(1);
}
TEST(Task, destruction_between_ready_and_resume_leaves_the_dead_coroutine_alone) {
  bool went_on = false;
  run(destroy_between_ready_and_resume(&went_on));
  EXPECT_FALSE(went_on);
}

Task<std::pair<int, std::string>> give_pair() { co_return {1, "one"}; }
TEST(Task, returns_a_braced_value) { EXPECT_EQ(run(give_pair()).second, "one"); }

Task<int> depth(int n) {
  if (n == 0) co_return co_await later(0);
  co_return 1 + co_await depth(n - 1);
}
TEST(Task, a_chain_of_tasks_ends_one_after_the_other) { EXPECT_EQ(run(depth(500)), 500); }

TEST(Gather, gives_the_values_in_order) {
  auto [a, b, c] = run(gather(later(1), ready(2), give(3)));
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, 2);
  EXPECT_EQ(c, 3);
}

TEST(Gather, gives_a_unit_for_void_and_moves_what_cannot_be_copied) {
  auto [unit, pointer] = run(gather(nothing(), give_pointer(2)));
  EXPECT_EQ(unit, std::monostate());
  EXPECT_EQ(*pointer, 2);
}

TEST(Gather, of_an_empty_vector_gives_an_empty_vector) {
  EXPECT_TRUE(run(gather(std::vector<Operation<int>>())).empty());
}

TEST(Gather, of_a_thousand_operations_gives_all) {
  std::vector<Operation<int>> operations;
  for (int i = 0; i < 1000; ++i) operations.push_back(i % 2 == 0 ? later(i) : ready(i));
  const auto values = run(gather(std::move(operations)));
  ASSERT_EQ(values.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

TEST(Gather, has_all_under_way_at_once) {
  auto first = Fake<int>::make();
  auto second = Fake<int>::make();
  second->on_start = [first](Fake<int>& self) {
    first->complete(1);
    self.complete(2);
  };
  auto [a, b] = run(gather(operation(first), operation(second)));
  EXPECT_EQ(a + b, 3);
}

Owned start_gather(Operation<int> a, Operation<int> b) { co_await gather(std::move(a), std::move(b)); }
TEST(Gather, destruction_half_way_cancels_all) {
  auto first = Fake<int>::make();
  auto second = Fake<int>::make();
  auto coroutine = start_gather(operation(first), operation(second));
  coroutine.start();
  EXPECT_TRUE(first->started() && second->started());
  coroutine.destroy();
  EXPECT_EQ(first->cancels() + second->cancels(), 2);
}

TEST(Gather, of_tasks_of_nothing_gives_units) {
  std::vector<Task<void>> tasks;
  tasks.push_back(nothing());
  tasks.push_back(nothing());
  EXPECT_EQ(run(gather(std::move(tasks))).size(), 2U);
}

TEST(Gather, of_a_vector_moves_what_cannot_be_copied) {
  std::vector<Task<std::unique_ptr<int>>> tasks;
  tasks.push_back(give_pointer(1));
  tasks.push_back(give_pointer(2));
  const auto values = run(gather(std::move(tasks)));
  EXPECT_EQ(*values[0] + *values[1], 3);
}

TEST(Gather, of_a_vector_throws_the_first_error_in_order) {
  std::vector<Task<int>> tasks;
  tasks.push_back(give(1));
  tasks.push_back(fail());
  EXPECT_THROW(run(gather(std::move(tasks))), std::domain_error);
}

Detached gather_and_tell(std::promise<int>* done) {
  auto [a, b] = co_await gather(later(1), later(2));
  done->set_value(a + b);
}
TEST(Gather, of_what_ends_on_several_threads_resumes_once) {
  for (int i = 0; i < 500; ++i) {
    std::promise<int> done;
    gather_and_tell(&done);
    EXPECT_EQ(done.get_future().get(), 3);
  }
}

Task<int> gathers_inside(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    auto [a, b] = co_await gather(give(1), ready(1));
    sum += a + b;
  }
  co_return sum;
}
TEST(Gather, in_a_long_loop_needs_no_stack) { EXPECT_EQ(run(gathers_inside(20'000)), 40'000); }

TEST(Gather, waits_for_all_and_throws_the_first_in_order) {
  auto slow = Fake<int>::make();
  slow->on_start = [](Fake<int>& self) {
    auto keep = std::static_pointer_cast<Fake<int>>(self.shared_from_this());
    Helper::shared().run([keep] { keep->complete(Error(ErrorKind::server, "late")); });
  };
  EXPECT_THROW(run(gather(operation(slow), fail())), APIRequestFailed);
}

}  // namespace
}  // namespace fastccg::test

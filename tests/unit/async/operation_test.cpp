#include "fastccg/operation.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include "fake.hpp"
#include "fastccg/task.hpp"

namespace fastccg::test {
namespace {

static_assert(!std::is_copy_constructible_v<Operation<int>>);
static_assert(std::is_nothrow_move_constructible_v<Operation<int>>);
static_assert(!std::is_aggregate_v<Operation<int>>);

TEST(Operation, get_gives_a_value_that_another_thread_completes) { EXPECT_EQ(later(7).get(), 7); }

TEST(Operation, get_gives_a_value_that_is_ready_at_once) { EXPECT_EQ(ready(7).get(), 7); }

TEST(Operation, get_throws_the_class_of_the_error) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::rate_limited, "slow down")); };
  EXPECT_THROW(operation(fake).get(), RateLimited);
}

TEST(Operation, as_result_returns_the_error) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::server, "broken")); };
  const auto result = operation(fake).as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::server);
}

TEST(Operation, get_rethrows_what_a_callback_threw) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.fail(std::make_exception_ptr(std::domain_error("filter"))); };
  EXPECT_THROW(operation(fake).get(), std::domain_error);
}

TEST(Operation, moves_out_a_value_that_cannot_be_copied) {
  auto fake = Fake<std::unique_ptr<int>>::make();
  fake->on_start = [](auto& self) { self.complete(std::make_unique<int>(3)); };
  EXPECT_EQ(*operation(fake).get(), 3);
}

TEST(Operation, nothing_starts_before_it_is_waited_for) {
  auto fake = Fake<int>::make();
  { auto unused = operation(fake); }
  EXPECT_FALSE(fake->started());
}

TEST(Operation, destruction_before_start_cancels) {
  auto fake = Fake<int>::make();
  { auto unused = operation(fake); }
  EXPECT_EQ(fake->cancels(), 1);
}

TEST(Operation, assignment_cancels_what_was_there) {
  auto old = Fake<int>::make();
  auto op = operation(old);
  op = ready(2);
  EXPECT_EQ(old->cancels(), 1);
  EXPECT_EQ(op.get(), 2);
}

TEST(Operation, a_moved_from_operation_cancels_nothing) {
  auto fake = Fake<int>::make();
  auto op = operation(fake);
  auto other = std::move(op);
  { auto dropped = std::move(op); }
  EXPECT_EQ(fake->cancels(), 0);
  EXPECT_THROW(op.get(), UsageError);
}

TEST(Operation, a_second_wait_is_a_usage_error) {
  auto op = ready(1);
  EXPECT_EQ(op.get(), 1);
  EXPECT_THROW(op.get(), UsageError);
}

Task<int> await_twice(Operation<int> op) {
  co_await op;
  co_return co_await op;
}

TEST(Operation, a_second_await_is_a_usage_error) { EXPECT_THROW(run(await_twice(ready(1))), UsageError); }

TEST(Operation, a_finished_operation_is_not_cancelled) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(1); };
  { EXPECT_EQ(operation(fake).get(), 1); }
  EXPECT_EQ(fake->cancels(), 0);
}

TEST(OperationStopToken, stopped_before_the_start_cancels) {
  std::stop_source source;
  source.request_stop();
  auto fake = Fake<int>::make();
  EXPECT_THROW(operation(fake).stop_token(source.get_token()).get(), Cancelled);
}

TEST(OperationStopToken, stopped_while_a_thread_waits_cancels) {
  std::stop_source source;
  auto fake = Fake<int>::make();
  const std::jthread stopper([&] {
    fake->wait_for_start();
    source.request_stop();
  });
  EXPECT_THROW(operation(fake).stop_token(source.get_token()).get(), Cancelled);
}

TEST(OperationStopToken, stopped_while_a_coroutine_waits_cancels) {
  std::stop_source source;
  auto fake = Fake<int>::make();
  const std::jthread stopper([&] {
    fake->wait_for_start();
    source.request_stop();
  });
  auto wait = [](Operation<int> op) -> Task<int> { co_return co_await op; };
  EXPECT_THROW(run(wait(operation(fake).stop_token(source.get_token()))), Cancelled);
}

TEST(OperationStopToken, stopped_after_the_end_does_nothing) {
  std::stop_source source;
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(1); };
  EXPECT_EQ(operation(fake).stop_token(source.get_token()).get(), 1);
  source.request_stop();
  EXPECT_EQ(fake->cancels(), 0);
}

TEST(OperationStopToken, completion_and_stop_on_two_threads_end_in_one_of_both) {
  for (int round = 0; round < 2000; ++round) {
    std::stop_source source;
    auto op = later(5);
    op.stop_token(source.get_token());
    const std::jthread stopper([&] { source.request_stop(); });
    auto wait = [](Operation<int> o) -> Task<int> { co_return co_await o; };
    try {
      EXPECT_EQ(run(wait(std::move(op))), 5);
    } catch (const Cancelled&) {
      SUCCEED();
    }
  }
}

Detached await_and_tell(Operation<int> op, std::promise<std::thread::id>* done) {
  co_await op;
  done->set_value(std::this_thread::get_id());
}

TEST(Operation, a_foreign_coroutine_goes_on_neither_here_nor_on_the_engine) {
  auto fake = Fake<int>::make();
  std::promise<std::thread::id> done;
  await_and_tell(operation(fake), &done);
  std::promise<std::thread::id> engine;
  Helper::shared().run([&] {
    engine.set_value(std::this_thread::get_id());
    fake->complete(1);
  });
  const auto id = done.get_future().get();
  EXPECT_NE(id, std::this_thread::get_id());
  EXPECT_NE(id, engine.get_future().get());
}

}  // namespace
}  // namespace fastccg::test

#include "fastccg/asio.hpp"

#include <gtest/gtest.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "fake.hpp"
#include "fastccg/task.hpp"

namespace fastccg::test {
namespace {

namespace asio = boost::asio;

class AsioWait : public ::testing::Test {
 protected:
  /// Runs a coroutine to its end and gives what it returned.
  template <class T>
  T run(asio::awaitable<T> coroutine) {
    auto result = asio::co_spawn(context, std::move(coroutine), asio::use_future);
    context.restart();
    context.run();
    return result.get();
  }

  asio::io_context context;
};

asio::awaitable<int> wait_for(Operation<int> op) { co_return co_await async_wait(std::move(op)); }

TEST_F(AsioWait, gives_the_value_inside_an_awaitable) { EXPECT_EQ(run(wait_for(later(3))), 3); }
TEST_F(AsioWait, gives_a_value_that_is_ready_at_once) { EXPECT_EQ(run(wait_for(ready(3))), 3); }

TEST_F(AsioWait, throws_the_class_of_the_error_inside_an_awaitable) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::overloaded, "busy")); };
  EXPECT_THROW(run(wait_for(operation(fake))), Overloaded);
}

TEST_F(AsioWait, throws_what_a_callback_threw) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.fail(std::make_exception_ptr(std::domain_error("filter"))); };
  EXPECT_THROW(run(wait_for(operation(fake))), std::domain_error);
}

asio::awaitable<int> sum_of(int n, Operation<int> (*make)(int)) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += co_await async_wait(make(1));
  co_return sum;
}
TEST_F(AsioWait, many_ready_operations_need_no_stack) { EXPECT_EQ(run(sum_of(20'000, ready)), 20'000); }
TEST_F(AsioWait, many_operations_of_another_thread_need_no_stack) { EXPECT_EQ(run(sum_of(5'000, later)), 5'000); }

asio::awaitable<bool> stays_on_this_thread() {
  const auto thread = std::this_thread::get_id();
  for (int i = 0; i < 100; ++i) {
    co_await async_wait(later(i));
    if (std::this_thread::get_id() != thread) co_return false;
  }
  co_return true;
}
TEST_F(AsioWait, goes_on_where_the_coroutine_runs) { EXPECT_TRUE(run(stays_on_this_thread())); }

asio::awaitable<std::string> error_of(Operation<int> op) {
  auto [error, value] = co_await async_wait(std::move(op), asio::as_tuple(asio::use_awaitable));
  try {
    if (error) std::rethrow_exception(error);
  } catch (const FastCCGError& caught) {
    co_return std::string(to_string(caught.kind()));
  }
  co_return "none";
}
TEST_F(AsioWait, as_tuple_gives_the_error_without_throwing) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::server, "broken")); };
  EXPECT_EQ(run(error_of(operation(fake))), "server");
}

TEST_F(AsioWait, a_spent_operation_is_a_usage_error) {
  auto op = ready(1);
  EXPECT_EQ(op.get(), 1);
  EXPECT_EQ(run(error_of(std::move(op))), "usage");
}

asio::awaitable<int> wait_deferred() {
  auto deferred = async_wait(later(4), asio::deferred);
  co_return co_await std::move(deferred)(asio::use_awaitable);
}
TEST_F(AsioWait, deferred_starts_when_it_is_told) {
  auto fake = Fake<int>::make();
  { auto deferred = async_wait(operation(fake), asio::deferred); }
  EXPECT_FALSE(fake->started());
  EXPECT_EQ(run(wait_deferred()), 4);
}

TEST_F(AsioWait, use_future_gives_the_value) { EXPECT_EQ(async_wait(later(5), asio::use_future).get(), 5); }

TEST_F(AsioWait, use_future_throws_the_class_of_the_error) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::tls, "expired")); };
  EXPECT_THROW(async_wait(operation(fake), asio::use_future).get(), TLSFailed);
}

TEST_F(AsioWait, a_callback_runs_on_the_executor_that_is_bound_to_it) {
  auto strand = asio::make_strand(context);
  std::optional<int> got;
  bool on_strand = false;
  async_wait(later(6), asio::bind_executor(strand, [&](std::exception_ptr error, int value) {
               EXPECT_FALSE(error);
               got = value;
               on_strand = strand.running_in_this_thread();
             }));
  context.run();
  EXPECT_EQ(got, 6);
  EXPECT_TRUE(on_strand);
}

TEST_F(AsioWait, a_callback_never_runs_inside_the_start) {
  bool called = false;
  auto callback = [&](std::exception_ptr, int) { called = true; };
  async_wait(ready(1), asio::bind_executor(context, callback));
  EXPECT_FALSE(called);
  context.run();
  EXPECT_TRUE(called);
}

TEST_F(AsioWait, a_callback_without_an_executor_runs_on_a_thread_of_asio) {
  std::promise<std::thread::id> id;
  async_wait(ready(1), [&](std::exception_ptr, int) { id.set_value(std::this_thread::get_id()); });
  EXPECT_NE(id.get_future().get(), std::this_thread::get_id());
}

TEST_F(AsioWait, an_exception_of_a_callback_leaves_run) {
  auto callback = [](std::exception_ptr, int) { throw std::domain_error("callback"); };
  async_wait(ready(1), asio::bind_executor(context, callback));
  EXPECT_THROW(context.run(), std::domain_error);
}

TEST_F(AsioWait, the_wait_counts_as_work_until_it_ends) {
  auto fake = Fake<int>::make();
  bool called = false;
  auto callback = [&](std::exception_ptr, int) { called = true; };
  async_wait(operation(fake), asio::bind_executor(context, callback));
  const std::jthread completes([&] { fake->complete(1); });
  context.run();
  EXPECT_TRUE(called);
}

TEST_F(AsioWait, takes_an_erased_handler) {
  std::optional<int> got;
  auto callback = [&](std::exception_ptr, int value) { got = value; };
  asio::any_completion_handler<void(std::exception_ptr, int)> erased(asio::bind_executor(context.get_executor(), callback));
  async_wait(later(7), std::move(erased));
  context.run();
  EXPECT_EQ(got, 7);
}

TEST_F(AsioWait, moves_out_a_value_that_cannot_be_copied) {
  auto fake = Fake<std::unique_ptr<int>>::make();
  fake->on_start = [](auto& self) { self.complete(std::make_unique<int>(8)); };
  EXPECT_EQ(*async_wait(operation(fake), asio::use_future).get(), 8);
}

TEST_F(AsioWait, a_cancellation_signal_cancels_the_call) {
  auto fake = Fake<int>::make();
  asio::cancellation_signal signal;
  std::exception_ptr got;
  auto callback = [&](std::exception_ptr error, int) { got = std::move(error); };
  async_wait(operation(fake), asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(context, callback)));
  signal.emit(asio::cancellation_type::terminal);
  context.run();
  ASSERT_TRUE(got);
  EXPECT_THROW(std::rethrow_exception(got), Cancelled);
}

TEST_F(AsioWait, a_signal_after_the_end_does_nothing) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(1); };
  asio::cancellation_signal signal;
  auto callback = [](std::exception_ptr, int) {};
  async_wait(operation(fake), asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(context, callback)));
  context.run();
  const std::weak_ptr<Fake<int>> gone = fake;
  fake.reset();
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_TRUE(gone.expired());
}

TEST_F(AsioWait, a_stop_token_cancels_the_call) {
  std::stop_source source;
  auto fake = Fake<int>::make();
  const std::jthread stopper([&] {
    fake->wait_for_start();
    source.request_stop();
  });
  EXPECT_EQ(run(error_of(operation(fake).stop_token(source.get_token()))), "cancelled");
}

asio::awaitable<std::string> whichever_is_first(Operation<int> op) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
  auto first = co_await (async_wait(std::move(op)) || timer.async_wait(asio::use_awaitable));
  co_return first.index() == 0 ? "reply" : "timer";
}
TEST_F(AsioWait, the_loser_of_a_race_is_cancelled) {
  auto fake = Fake<int>::make();
  EXPECT_EQ(run(whichever_is_first(operation(fake))), "timer");
  EXPECT_EQ(fake->cancels(), 1);
}

asio::awaitable<int> both_at_once() {
  using namespace asio::experimental::awaitable_operators;
  auto [a, b] = co_await (async_wait(later(1)) && async_wait(later(2)));
  co_return a + b;
}
TEST_F(AsioWait, several_are_under_way_at_once) { EXPECT_EQ(run(both_at_once()), 3); }

/// A handler that tells when its copies are gone.
class Held {
 public:
  Held(std::shared_ptr<int> token, bool* called) : token_(std::move(token)), called_(called) {}
  void operator()(std::exception_ptr, int) { *called_ = true; }

 private:
  std::shared_ptr<int> token_;
  bool* called_;
};

TEST(AsioShutdown, a_context_that_is_destroyed_drops_the_handler_and_cancels_the_call) {
  auto fake = Fake<int>::make();
  auto token = std::make_shared<int>();
  bool called = false;
  {
    asio::io_context context;
    async_wait(operation(fake), asio::bind_executor(asio::make_strand(context), Held(token, &called)));
    context.poll();
    EXPECT_GT(token.use_count(), 1);
  }
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(fake->cancels(), 1);
  fake->complete(1);
  EXPECT_FALSE(called);
}

TEST(AsioShutdown, a_context_that_is_destroyed_drops_a_completion_that_stands_in_its_queue) {
  auto fake = Fake<int>::make();
  auto token = std::make_shared<int>();
  bool called = false;
  {
    asio::io_context context;
    async_wait(operation(fake), asio::bind_executor(context, Held(token, &called)));
    fake->complete(1);
  }
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(called);
}

asio::awaitable<void> hold(Operation<int> op, std::shared_ptr<int> token) {
  co_await async_wait(std::move(op));
  *token = 1;
}

TEST(AsioShutdown, a_context_that_is_destroyed_destroys_the_coroutine) {
  auto fake = Fake<int>::make();
  auto token = std::make_shared<int>(0);
  {
    asio::io_context context;
    asio::co_spawn(context, hold(operation(fake), token), asio::detached);
    context.poll();
    EXPECT_TRUE(fake->started());
  }
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(*token, 0);
}

TEST(AsioShutdown, completion_and_destruction_on_two_threads_do_not_meet) {
  for (int round = 0; round < 500; ++round) {
    auto token = std::make_shared<int>();
    bool called = false;
    {
      asio::io_context context;
      async_wait(later(1), asio::bind_executor(context, Held(token, &called)));
      if (round % 2 == 0) context.run();
    }
    EXPECT_EQ(token.use_count(), 1);
    EXPECT_EQ(called, round % 2 == 0);
  }
}

TEST(AsioThreadPool, many_waits_on_many_threads_all_end) {
  asio::thread_pool pool(4);
  std::atomic<int> sum{0};
  for (int i = 0; i < 1000; ++i) {
    auto add = [&](std::exception_ptr, int value) { sum += value; };
    async_wait(later(1), asio::bind_executor(pool, add));
  }
  pool.join();
  EXPECT_EQ(sum, 1000);
}

}  // namespace
}  // namespace fastccg::test

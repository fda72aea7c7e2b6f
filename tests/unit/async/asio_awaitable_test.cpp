#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "fake.hpp"
#include "fastccg/asio.hpp"

namespace fastccg::test {
namespace {

namespace asio = boost::asio;

class AsioAwaitable : public ::testing::Test {
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

TEST_F(AsioAwaitable, gives_the_value_inside_an_awaitable) { EXPECT_EQ(run(wait_for(later(3))), 3); }
TEST_F(AsioAwaitable, gives_a_value_that_is_ready_at_once) { EXPECT_EQ(run(wait_for(ready(3))), 3); }

TEST_F(AsioAwaitable, throws_the_class_of_the_error_inside_an_awaitable) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::overloaded, "busy")); };
  EXPECT_THROW(run(wait_for(operation(fake))), Overloaded);
}

TEST_F(AsioAwaitable, throws_what_a_callback_threw) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.fail(std::make_exception_ptr(std::domain_error("filter"))); };
  EXPECT_THROW(run(wait_for(operation(fake))), std::domain_error);
}

asio::awaitable<int> sum_of(int n, Operation<int> (*make)(int)) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += co_await async_wait(make(1));
  co_return sum;
}
TEST_F(AsioAwaitable, many_ready_operations_need_no_stack) { EXPECT_EQ(run(sum_of(20'000, ready)), 20'000); }
TEST_F(AsioAwaitable, many_operations_of_another_thread_need_no_stack) { EXPECT_EQ(run(sum_of(5'000, later)), 5'000); }

asio::awaitable<bool> stays_on_this_thread() {
  const auto thread = std::this_thread::get_id();
  for (int i = 0; i < 100; ++i) {
    co_await async_wait(later(i));
    if (std::this_thread::get_id() != thread) co_return false;
  }
  co_return true;
}
TEST_F(AsioAwaitable, goes_on_where_the_coroutine_runs) { EXPECT_TRUE(run(stays_on_this_thread())); }

asio::awaitable<std::string> error_of(Operation<int> op) {
  auto [error, value] = co_await async_wait(std::move(op), asio::as_tuple(asio::use_awaitable));
  try {
    if (error) std::rethrow_exception(error);
  } catch (const FastCCGError& caught) {
    co_return std::string(to_string(caught.kind()));
  }
  co_return "none";
}
TEST_F(AsioAwaitable, as_tuple_gives_the_error_without_throwing) {
  auto fake = Fake<int>::make();
  fake->on_start = [](Fake<int>& self) { self.complete(Error(ErrorKind::server, "broken")); };
  EXPECT_EQ(run(error_of(operation(fake))), "server");
}

TEST_F(AsioAwaitable, a_spent_operation_is_a_usage_error) {
  auto op = ready(1);
  EXPECT_EQ(op.get(), 1);
  EXPECT_EQ(run(error_of(std::move(op))), "usage");
}

asio::awaitable<int> wait_deferred() {
  auto deferred = async_wait(later(4), asio::deferred);
  co_return co_await std::move(deferred)(asio::use_awaitable);
}
TEST_F(AsioAwaitable, deferred_starts_when_it_is_told) {
  auto fake = Fake<int>::make();
  { auto deferred = async_wait(operation(fake), asio::deferred); }
  EXPECT_FALSE(fake->started());
  EXPECT_EQ(run(wait_deferred()), 4);
}

TEST_F(AsioAwaitable, a_stop_token_cancels_the_call) {
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
TEST_F(AsioAwaitable, the_loser_of_a_race_is_cancelled) {
  auto fake = Fake<int>::make();
  EXPECT_EQ(run(whichever_is_first(operation(fake))), "timer");
  EXPECT_EQ(fake->cancels(), 1);
}

asio::awaitable<int> both_at_once() {
  using namespace asio::experimental::awaitable_operators;
  auto [a, b] = co_await (async_wait(later(1)) && async_wait(later(2)));
  co_return a + b;
}
TEST_F(AsioAwaitable, several_are_under_way_at_once) { EXPECT_EQ(run(both_at_once()), 3); }

asio::awaitable<void> hold(Operation<int> op, std::shared_ptr<int> token) {
  co_await async_wait(std::move(op));
  *token = 1;
}

TEST(AsioAwaitableShutdown, a_context_that_is_destroyed_destroys_the_coroutine) {
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

}  // namespace
}  // namespace fastccg::test

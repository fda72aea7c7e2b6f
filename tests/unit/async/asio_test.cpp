#include "fastccg/asio.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "fake.hpp"

namespace fastccg::test {
namespace {

namespace asio = boost::asio;

class AsioWait : public ::testing::Test {
 protected:
  asio::io_context context;
};

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
  asio::any_completion_handler<void(std::exception_ptr, int)> erased(
      asio::bind_executor(context.get_executor(), callback));
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

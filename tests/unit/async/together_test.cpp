#include "async/together.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "async/work.hpp"
#include "fastccg/task.hpp"

namespace fastccg::detail {
namespace {

class Counter final : public Wakeable {
 public:
  void wake_up() noexcept override { ++woken; }
  int woken = 0;
};

TEST(Together, defer_without_one_leaves_it_to_the_caller) {
  EXPECT_FALSE(Together::defer(std::make_shared<Counter>()));
}

TEST(Together, wakes_at_its_end) {
  const auto counter = std::make_shared<Counter>();
  {
    const Together together;
    EXPECT_TRUE(Together::defer(counter));
    EXPECT_EQ(counter->woken, 0);
  }
  EXPECT_EQ(counter->woken, 1);
  EXPECT_FALSE(Together::defer(counter)) << "it has ended";
}

TEST(Together, an_inner_one_ends_on_its_own) {
  const auto outer = std::make_shared<Counter>();
  const auto inner = std::make_shared<Counter>();
  const Together together;
  {
    const Together within;
    Together::defer(inner);
  }
  EXPECT_EQ(inner->woken, 1);
  Together::defer(outer);
  EXPECT_EQ(outer->woken, 0);
}

TEST(Together, is_the_posting_threads_own) {
  const Together together;
  bool deferred = true;
  std::thread([&] { deferred = Together::defer(std::make_shared<Counter>()); }).join();
  EXPECT_FALSE(deferred);
}

TEST(Together, a_loop_that_sleeps_does_all_that_was_posted_to_it) {
  RunLoop loop;
  int done = 0;
  std::thread driver([&] { loop.run(); });
  {
    const Together together;
    for (int i = 0; i < 100; ++i) loop.post(std::make_shared<Work>([&] { ++done; }));
    loop.post(std::make_shared<Work>([&] { loop.stop(); }));
  }
  driver.join();
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace fastccg::detail

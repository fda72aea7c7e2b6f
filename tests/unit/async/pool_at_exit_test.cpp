#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

#include "fake.hpp"
#include "fastccg/fastccg.hpp"
#include "loopback_server.hpp"
#include "sanitizers.hpp"

namespace fastccg::test {
namespace {

/// Waits in its destructor for a coroutine that goes on in the pool.
class UsesThePoolAtExit {
 public:
  UsesThePoolAtExit() = default;
  UsesThePoolAtExit(const UsesThePoolAtExit&) = delete;
  UsesThePoolAtExit& operator=(const UsesThePoolAtExit&) = delete;
  ~UsesThePoolAtExit() {
    auto fake = Fake<int>::make();
    std::promise<int> got;
    wait(Operation<int>(fake), &got);
    fake->complete(5);
    if (got.get_future().get() == 5) std::fputs("continued at exit\n", stderr);
  }

 private:
  static Detached wait(Operation<int> op, std::promise<int>* got) { got->set_value(co_await op); }
};

TEST(PoolAtExitDeathTest, works_in_the_destructor_of_a_static_object) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        static UsesThePoolAtExit before;
        std::promise<void> ran;
        Executor::current()->post(work([&] { ran.set_value(); }));
        ran.get_future().get();
        static UsesThePoolAtExit after;
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "continued at exit\ncontinued at exit\n");
}

TEST(PoolAtExitDeathTest, a_continuation_may_end_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Executor::current()->post(work([] { std::exit(3); }));
        for (;;) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(3), "");
}

TEST(PoolAtExitDeathTest, exit_cancels_the_calls_that_continuations_block_for) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ::alarm(30);
        static Listener server;
        static auto model = init_model("openai/gpt-4o", ApiKey("sk-test"), Endpoint().base_url(server.url()));
        Executor::current()->post(work([] {
          try {
            model.ask("Q");
          } catch (const Cancelled&) {
            std::fputs("cancelled at exit\n", stderr);
          }
        }));
        auto peer = server.accept();
        peer.read_request();
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "cancelled at exit\n");
}

TEST(PoolAfterFork, the_child_of_a_fork_has_one_of_its_own) {
  if (testing::has_sanitizer("thread")) GTEST_SKIP() << "this sanitizer lets no child of a fork start threads";
  std::promise<void> ran;
  Executor::current()->post(work([&] { ran.set_value(); }));
  ran.get_future().get();
  const auto child = ::fork();
  if (child == 0) {
    std::promise<void> ran_too;
    Executor::current()->post(work([&] { ran_too.set_value(); }));
    const auto state = ran_too.get_future().wait_for(std::chrono::seconds(30));
    ::_exit(state == std::future_status::ready ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace fastccg::test

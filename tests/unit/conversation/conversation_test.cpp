#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stop_token>
#include <thread>
#include <vector>

#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

TEST(Conversation, child_of_a_fork_may_use_a_model_that_other_threads_were_using) {
  auto model = init_model(models::mock_model);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) model.temperature(0.5);
    });
  for (int i = 0; i < 20; ++i) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::alarm(10);
      model.temperature(1);
      ::_exit(model.settings().temperature() == 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
}

}  // namespace
}  // namespace fastccg

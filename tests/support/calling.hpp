#pragma once

#include <gtest/gtest.h>

#include <future>
#include <string_view>
#include <utility>

#include "conversation/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg::testing {

/// Waits for the operation on a thread of its own, while the test plays the server.
inline std::future<Result<Reply>> in_background(Operation<Reply> operation) {
  return std::async(std::launch::async, [op = std::move(operation)]() mutable { return op.as_result(); });
}

/// Models whose server is the test.
class Calling : public ::testing::Test {
 protected:
  Model make_model(std::string_view name = "openai/gpt-4o") {
    return detail::init_model(name, ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  }

  FakeEngine fake;
  FakeServer& server = fake.server;
};

}  // namespace fastccg::testing

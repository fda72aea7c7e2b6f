#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
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

/// A call that has begun when this is made, and is waited for later.
class Begun {
 public:
  explicit Begun(Operation<Reply> operation) : pending_(std::move(operation).release().first) { pending_->start(); }
  Result<Reply> get() {
    pending_->wait();
    return pending_->take();
  }

 private:
  std::shared_ptr<detail::PendingResult<Reply>> pending_;
};

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

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conversation/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/asio.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg::test {
namespace {

namespace asio = boost::asio;
using fastccg::testing::end_events;
using fastccg::testing::text_event;

class AsioNext : public ::testing::Test {
 protected:
  AsioNext() : model(detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine)) {}

  fastccg::testing::FakeEngine fake;
  fastccg::testing::FakeServer& server = fake.server;
  Model model;
  asio::io_context context;
};

asio::awaitable<std::vector<std::string>> read_all(Model* model) {
  auto stream = model->ask_stream("Q");
  std::vector<std::string> texts;
  while (auto chunk = co_await async_next(stream)) texts.push_back(chunk->content);
  co_return texts;
}

TEST_F(AsioNext, reads_chunks_that_come_together_and_apart) {
  auto texts = asio::co_spawn(context, read_all(&model), asio::use_future);
  const std::jthread runs([&] { context.run(); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("a"));
  server.send(0, text_event("b") + text_event("c"));
  server.send(0, text_event("d") + end_events());
  EXPECT_EQ(texts.get(), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(model.get_history().size(), 2U);
}

TEST_F(AsioNext, throws_what_ended_the_stream) {
  auto texts = asio::co_spawn(context, read_all(&model), asio::use_future);
  const std::jthread runs([&] { context.run(); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("a"));
  server.end(0, transport::HttpEnd(Error(ErrorKind::tls, "gone")));
  EXPECT_THROW(texts.get(), APIRequestFailed);
}

TEST_F(AsioNext, a_cancellation_signal_ends_the_stream) {
  auto stream = model.ask_stream("Q");
  asio::cancellation_signal signal;
  std::exception_ptr got;
  auto callback = [&](std::exception_ptr error, const Chunk*) { got = std::move(error); };
  async_next(stream, asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(context, callback)));
  signal.emit(asio::cancellation_type::total);
  context.run();
  ASSERT_TRUE(got);
  EXPECT_THROW(std::rethrow_exception(got), Cancelled);
}

TEST_F(AsioNext, a_second_wait_beside_the_first_is_a_usage_error) {
  auto stream = model.ask_stream("Q");
  std::vector<std::exception_ptr> got;
  auto callback = [&](std::exception_ptr error, const Chunk*) { got.push_back(std::move(error)); };
  async_next(stream, asio::bind_executor(context, callback));
  async_next(stream, asio::bind_executor(context, callback));
  context.run_one();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(got.front()), UsageError);
  stream.close();
  context.run();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_FALSE(got.back());
}

TEST_F(AsioNext, a_context_that_is_destroyed_leaves_the_stream_usable) {
  auto stream = model.ask_stream("Q");
  bool called = false;
  {
    asio::io_context gone;
    auto callback = [&](std::exception_ptr, const Chunk*) { called = true; };
    async_next(stream, asio::bind_executor(gone, callback));
    ASSERT_TRUE(server.wait_for_calls(1));
  }
  server.begin_stream(0);
  server.send(0, text_event("a") + end_events());
  EXPECT_EQ(stream.wait_next()->content, "a");
  EXPECT_EQ(stream.wait_next(), nullptr);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace fastccg::test

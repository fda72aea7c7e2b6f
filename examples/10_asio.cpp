// A program that lives on Boost.Asio: answers, timers and signals on one io_context.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <fastccg/asio.hpp>
#include <fastccg/fastccg.hpp>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> two_questions(fastccg::Model& model) {
  using namespace asio::experimental::awaitable_operators;
  auto [light, capital] = co_await (fastccg::async_wait(model.ask_async("What is the speed of light?")) &&
                                    fastccg::async_wait(model.ask_async("What is the capital of Australia?")));
  std::cout << light.content << '\n' << capital.content << '\n';
}

asio::awaitable<void> story(fastccg::Model& model) {
  auto story = model.ask_stream("Tell me a short story about a robot who learns to paint.");
  while (auto chunk = co_await fastccg::async_next(story)) std::cout << chunk->content << std::flush;
  std::cout << '\n';
}

// Whichever ends first cancels the other: a timer cancels the request.
asio::awaitable<void> at_most(std::chrono::seconds limit, fastccg::Model& model) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  auto first = co_await (story(model) || timer.async_wait(asio::use_awaitable));
  if (first.index() == 1) std::cout << "\nThat took too long.\n";
}

asio::awaitable<void> conversation(fastccg::Model& model) {
  co_await two_questions(model);
  co_await at_most(std::chrono::seconds(30), model);
}

int main() {
  try {
    auto model = fastccg::init_model(fastccg::models::gpt_4o);
    asio::io_context context;
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr error) { failure = std::move(error); };
    asio::co_spawn(context, conversation(model), done);
    context.run();
    if (failure) std::rethrow_exception(failure);
  } catch (const fastccg::FastCCGError& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

#include "exchange/engine.hpp"

#include <pthread.h>

#include <atomic>
#include <exception>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "async/pool.hpp"
#include "transport/curl/curl_transport.hpp"
#include "transport/mock/mock_transport.hpp"

namespace fastccg {

Engine::Engine(const MakeTransport& make_transport) {
  std::promise<void> made;
  auto result = made.get_future();
  loop_.post([&] {
    try {
      transport_ = make_transport(loop_);
      made.set_value();
    } catch (...) {
      made.set_exception(std::current_exception());
    }
  });
  result.get();
}

Engine::~Engine() { shut_down(); }

void Engine::start(std::shared_ptr<Exchange> exchange) {
  auto work = [this, exchange] {
    if (!transport_) return exchange->cancel();  // posted while the engine was shutting down
    try {
      active_.insert(exchange);
      exchange->start(*this);
    } catch (const std::exception& error) {  // memory ran out
      exchange->give_up(error);
    }
  };
  if (!loop_.post(std::move(work))) exchange->cancel();
}

void Engine::cancel(std::shared_ptr<Exchange> exchange) {
  loop_.post([exchange = std::move(exchange)] { exchange->cancel(); });
}

void Engine::resume(std::shared_ptr<Exchange> exchange) {
  loop_.post([exchange = std::move(exchange)] { exchange->resume(); });
}

void Engine::shut_down() {
  loop_.post([this] {
    const std::vector<std::shared_ptr<Exchange>> active(active_.begin(), active_.end());
    for (const auto& exchange : active) exchange->cancel();
    transport_.reset();
  });
  loop_.stop();
}

namespace {

std::atomic<Engine*>& current_engine() {
  static std::atomic<Engine*> current{nullptr};
  return current;
}

/// The engine of this process.
Engine* engine_of_this_process() { return current_engine().load(std::memory_order_acquire); }

/// Shuts the shared engine down when the program ends, before the libraries below it go.
class AtExit {
 public:
  AtExit() = default;
  AtExit(const AtExit&) = delete;
  AtExit& operator=(const AtExit&) = delete;
  ~AtExit() {
    if (auto* engine = engine_of_this_process()) engine->shut_down();
  }
};

}  // namespace

Engine& Engine::shared() {
  if (auto* engine = engine_of_this_process()) return *engine;

  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (auto* engine = engine_of_this_process()) return *engine;
  // The pool comes first, so that it is joined last: what waits there for a call hears that it has ended.
  Pool::shared()->start();
  auto made = std::make_unique<Engine>([](Loop& loop) -> std::unique_ptr<transport::Transport> {
    return std::make_unique<transport::MockTransport>(loop, transport::make_curl_transport(loop));
  });
  auto& engine = *made;
  // That of a parent is of no use after a fork: its thread did not come along.
  [[maybe_unused]] static const int at_fork =
      ::pthread_atfork(nullptr, nullptr, [] { current_engine().store(nullptr, std::memory_order_release); });
  // Never destroyed, on purpose: see the class comment.
  current_engine().store(made.release(), std::memory_order_release);
  static const AtExit at_exit;
  return engine;
}

}  // namespace fastccg

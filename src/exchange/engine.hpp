#pragma once

#include <functional>
#include <memory>
#include <random>
#include <unordered_set>

#include "exchange/admission.hpp"
#include "exchange/exchange.hpp"
#include "exchange/wakes.hpp"
#include "loop/loop.hpp"
#include "transport/transport.hpp"

namespace fastccg {

/// The loop, the transport on it, and the calls that are under way.
///
/// A program has one, `shared()`, made when it is first needed. It ends with the program: what is under way then is
/// cancelled, and the loop's thread is joined. Its memory stays, so that a model that outlives it gets an error and not
/// a crash. Tests make engines of their own, with a transport of their own.
class Engine {
 public:
  using MakeTransport = std::function<std::unique_ptr<transport::Transport>(Loop&)>;

  explicit Engine(const MakeTransport& make_transport);
  /// Cancels what is under way and waits for the loop's thread.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  static Engine& shared();

  // From any thread. After the engine has shut down the sink hears of it as a cancellation, on the calling thread.

  void start(std::shared_ptr<Exchange> exchange);
  void cancel(std::shared_ptr<Exchange> exchange);
  void resume(std::shared_ptr<Exchange> exchange);

  /// Cancels what is under way, then stops the loop. May be called again.
  void shut_down();

  // On the loop's thread only.

  Loop& loop() noexcept { return loop_; }
  transport::Transport& transport() noexcept { return *transport_; }
  Admission& admission() noexcept { return admission_; }
  Wakes& wakes() noexcept { return wakes_; }
  /// From [0, 1).
  double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  /// The call has ended; it may be destroyed by this.
  void forget(const std::shared_ptr<Exchange>& exchange) { active_.erase(exchange); }

 private:
  Loop loop_;
  Admission admission_{loop_};
  Wakes wakes_{loop_};
  std::unique_ptr<transport::Transport> transport_;
  std::unordered_set<std::shared_ptr<Exchange>> active_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fastccg

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "exchange/call_options.hpp"
#include "exchange/receiver.hpp"
#include "exchange/target.hpp"
#include "fastccg/reply.hpp"
#include "loop/loop.hpp"
#include "transport/transport.hpp"

namespace fastccg {

class Engine;

/// One call from rendered request to its end: attempts, deadlines, retries. What the answer says is its receiver's
/// business.
///
/// It is made on the caller's thread and lives on the loop's thread from `Engine::start` to its end.
class Exchange final : public transport::Sink, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<const Target> target, protocols::Rendered rendered, const CallOptions& options,
           std::unique_ptr<Receiver> receiver);
  ~Exchange() override = default;

  // On the loop's thread only.

  void start(Engine& engine);
  /// Ends the call at once with `cancelled`. Does nothing if it has ended.
  void cancel();
  void resume();

 private:
  using Clock = Loop::Clock;

  void on_headers(int status, const Headers& headers) override;
  void on_body(std::string_view bytes) override;
  void on_end(transport::HttpEnd end) override;

  void begin_attempt();
  bool is_refused() const noexcept;
  void act_on(Receiver::Progress progress);
  void hold_back();
  Error classify_failure() const;

  void attempt_failed(Error error);
  void pause(std::chrono::milliseconds delay, const Error& failure);
  void succeed();
  void fail(Error error);
  std::unique_ptr<Receiver> end_of_call();

  void fill_in(Error& error) const;
  void watch_first_byte();
  void watch_idle(Clock::time_point when);
  void on_idle_timer();
  void saw_output();
  void deadline_passed(Deadline deadline);
  void stop_transport();
  void stop_timers();

  std::shared_ptr<const Target> target_;
  std::unique_ptr<Receiver> receiver_;
  Engine* engine_ = nullptr;

  Timeouts timeouts_;
  Retries retries_;
  std::optional<Clock::time_point> began_;  // when the total deadline did, if not with this call
  transport::HttpRequest http_;

  // Of the whole call.
  Clock::time_point started_;
  Clock::time_point total_deadline_;
  int attempts_ = 0;
  std::string last_failure_;  // why the attempt before this one failed; empty in the first
  bool done_ = false;
  Loop::TimerId total_timer_ = Loop::TimerId::none;
  Loop::TimerId phase_timer_ = Loop::TimerId::none;  // first byte, idle, or the pause before the next attempt

  // Of one attempt.
  transport::CallId call_ = transport::CallId::none;
  int status_ = 0;  // 0 until the headers have come
  Headers headers_;
  std::string failure_body_;
  bool paused_ = false;
  bool waiting_for_output_ = true;
  Clock::time_point last_activity_;
  Timings timings_;
};

}  // namespace fastccg

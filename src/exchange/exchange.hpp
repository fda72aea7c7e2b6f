#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exchange/admission.hpp"
#include "exchange/call_options.hpp"
#include "exchange/deadlines.hpp"
#include "exchange/receiver.hpp"
#include "exchange/target.hpp"
#include "fastccg/reply.hpp"
#include "loop/loop.hpp"
#include "transport/transport.hpp"

namespace fastccg {

class Engine;

/// One call from rendered request to its end: attempts, deadlines, retries, turns under rate limits, and the way from a
/// model that fails to the next. What the answer says is its receiver's business.
///
/// It is made on the caller's thread and lives on the loop's thread from `Engine::start` to its end.
class Exchange final : public transport::Sink, private TurnTaker, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<const Target> target, protocols::Rendered rendered, const CallOptions& options,
           std::unique_ptr<Receiver> receiver);
  ~Exchange() override = default;

  /// Names another model to ask if those before it fail. Before `Engine::start`.
  void add_fallback(std::shared_ptr<const Target> target, protocols::Rendered rendered, const CallOptions& options,
                    std::unique_ptr<Receiver> receiver);

  // On the loop's thread only.

  void start(Engine& engine);
  /// Ends the call at once with `cancelled`. Does nothing if it has ended.
  void cancel();
  /// Ends the call, which could not be started.
  void give_up(const std::exception& why);
  void resume();

 private:
  using Clock = Loop::Clock;

  /// A model that may be asked, and how.
  class Candidate {
   public:
    Candidate(std::shared_ptr<const Target> target_, transport::HttpRequest http_, std::unique_ptr<Receiver> receiver_)
        : target(std::move(target_)), http(std::move(http_)), receiver(std::move(receiver_)) {}
    std::shared_ptr<const Target> target;
    transport::HttpRequest http;
    std::unique_ptr<Receiver> receiver;
  };

  void on_headers(int status, Headers headers) override;
  void on_body(std::string_view bytes) override;
  void on_end(transport::HttpEnd end) override;
  void on_turn() override;
  void on_closed(Gate::TimePoint when) override;

  void ask_for_turn(bool again);
  /// Until when it is worth waiting for a turn.
  Clock::time_point patience() const;
  void begin_attempt();
  bool is_refused() const noexcept;
  void act_on(Receiver::Progress progress);
  void saw_output();
  void hold_back();
  Error classify_failure() const;

  void attempt_failed(Error error);
  void give_up_turn(const Error& error);
  void pause(std::chrono::milliseconds delay, const Error& failure);
  /// Asks the next model, if there is one and the failure allows it; fails if not.
  void ask_another_or_fail(Error error);
  void forget_answer();
  void succeed();
  void fail(Error error);
  std::unique_ptr<Receiver> end_of_call();

  void fill_in(Error& error) const;
  void deadline_passed(Deadline deadline);
  void stop_transport();
  void tell(CallEvent::Kind kind, const Error* error = nullptr,
            std::optional<std::chrono::milliseconds> pause = std::nullopt);

  const CallObservers observers_;
  const void* const lane_;
  const std::int64_t estimated_tokens_;
  const bool stream_;
  const Timeouts timeouts_;
  const Retries retries_;
  const std::optional<Clock::time_point> began_;  // when the total deadline did, if not with this call
  Engine* engine_ = nullptr;

  // Of the whole call.
  Clock::time_point started_;
  std::uint64_t number_ = 0;  // for observers
  std::vector<Candidate> fallbacks_;
  std::vector<std::string> tried_;  // each model that has failed, and why
  int attempts_ = 0;
  bool done_ = false;
  std::chrono::microseconds queued_{0};
  std::optional<Deadlines> deadlines_;

  // Of one model.
  Candidate asked_;
  int attempts_here_ = 0;
  std::string last_failure_;  // why the attempt before this one failed; empty in the first
  Loop::TimerId pause_timer_ = Loop::TimerId::none;

  // Of one attempt.
  std::unique_ptr<Admission::Visit> visit_;  // null if nothing limits it
  Clock::time_point waiting_since_;          // for a turn
  transport::CallId call_ = transport::CallId::none;
  int status_ = 0;  // 0 until the headers have come
  Headers headers_;
  std::string failure_body_;
  bool paused_ = false;
  bool has_output_ = false;
  std::uint64_t progress_mark_ = 0;
  Timings timings_;
};

}  // namespace fastccg

#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/reply_builder.hpp"
#include "core/request.hpp"
#include "exchange/target.hpp"
#include "fastccg/reply.hpp"
#include "fastccg/result.hpp"
#include "loop/loop.hpp"
#include "sse/framer.hpp"
#include "transport/transport.hpp"

namespace fastccg {

class Engine;

/// Who hears of a call. All functions are called on the loop's thread.
class ExchangeSink {
 public:
  virtual ~ExchangeSink() = default;
  /// Hears of each piece of a streamed answer; null for those who want the whole answer only.
  virtual ReplyBuilder::Listener* listener() noexcept { return nullptr; }
  /// A batch of bytes has been decoded. Returns false to have the socket not read until `Exchange::resume`.
  virtual bool on_batch() { return true; }
  /// The call has ended; called once, and nothing after it.
  virtual void on_done(Result<Reply> result) = 0;
};

/// One call from rendered request to reply or error: attempts, deadlines, decoding.
///
/// It is made on the caller's thread and lives on the loop's thread from `Engine::start` to its end. It has output in
/// the sense of the retry rule as soon as a piece was handed to the listener.
class Exchange final : public transport::Sink, public sse::Handler, public std::enable_shared_from_this<Exchange> {
 public:
  /// Renders the request; throws `FastCCGError` if it cannot be.
  Exchange(std::shared_ptr<const Target> target, const Request& request, std::shared_ptr<ExchangeSink> sink);
  ~Exchange() override = default;

  // On the loop's thread only.

  void start(Engine& engine);
  /// Ends the call at once with `cancelled`. Does nothing if it has ended.
  void cancel();
  void resume();

 private:
  using Clock = Loop::Clock;
  /// What the body of the answer is, as far as that is known.
  enum class Body { unknown, events, json, failure };

  void on_headers(int status, const Headers& headers) override;
  void on_body(std::string_view bytes) override;
  void on_end(transport::HttpEnd end) override;
  void on_event(const sse::Event& event) override;

  void begin_attempt();
  void take_body(std::string_view bytes);
  void decide_by_first_byte(char first);
  void settle();
  void end_of_events(const std::optional<Error>& broken);
  Error classify_failure() const;

  void attempt_failed(Error error);
  void succeed();
  void fail(Error error);
  void finish(Result<Reply> result);

  void fill_in(Error& error) const;
  void watch_first_byte();
  void watch_idle(Clock::time_point when);
  void on_idle_timer();
  void saw_output();
  void deadline_passed(Deadline deadline);
  void stop_transport();
  void stop_timers();

  std::shared_ptr<const Target> target_;
  std::shared_ptr<ExchangeSink> sink_;
  Engine* engine_ = nullptr;

  bool stream_;
  Timeouts timeouts_;
  Retries retries_;
  Limits limits_;
  transport::HttpRequest http_;
  std::vector<Warning> warnings_;

  // Of the whole call.
  Clock::time_point started_;
  Clock::time_point total_deadline_;
  int attempts_ = 0;
  bool done_ = false;
  Loop::TimerId total_timer_ = Loop::TimerId::none;
  Loop::TimerId phase_timer_ = Loop::TimerId::none;  // first byte, idle, or the pause before the next attempt

  // Of one attempt.
  transport::CallId call_ = transport::CallId::none;
  std::optional<ReplyBuilder> builder_;
  std::optional<sse::Framer> framer_;
  std::unique_ptr<protocols::StreamDecoder> decoder_;
  Body body_kind_ = Body::unknown;
  std::string body_;
  int status_ = 0;
  Headers headers_;
  bool paused_ = false;
  bool waiting_for_output_ = true;
  Clock::time_point last_activity_;
  Timings timings_;
};

}  // namespace fastccg

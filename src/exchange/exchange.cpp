#include "exchange/exchange.hpp"

#include <utility>

#include "exchange/engine.hpp"
#include "exchange/http_request.hpp"
#include "exchange/rate_limits.hpp"
#include "exchange/redact.hpp"
#include "exchange/retry.hpp"

namespace fastccg {

using namespace std::chrono;

namespace {

/// How long a stream that has said everything may take to end, so that its connection can be used again.
constexpr milliseconds drain_patience{1000};

std::string seconds_text(milliseconds time) {
  auto text = std::to_string(static_cast<double>(time.count()) / 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

}  // namespace

Exchange::Exchange(std::shared_ptr<const Target> target, protocols::Rendered rendered, const CallOptions& options,
                   std::unique_ptr<Receiver> receiver)
    : target_(std::move(target)),
      receiver_(std::move(receiver)),
      timeouts_(options.timeouts),
      retries_(options.retries),
      began_(options.began),
      http_(make_http_request(*target_, rendered, options)) {}

void Exchange::start(Engine& engine) {
  // Who cancels on another thread than the one that starts may get to the loop first.
  if (done_) return engine.forget(shared_from_this());
  engine_ = &engine;
  started_ = Clock::now();
  total_deadline_ = Clock::time_point::max();
  if (timeouts_.total().count() > 0) {
    total_deadline_ = began_.value_or(started_) + timeouts_.total();
    total_timer_ = engine.loop().at(total_deadline_, [self = shared_from_this()] {
      self->total_timer_ = Loop::TimerId::none;
      self->deadline_passed(Deadline::total);
    });
  }
  begin_attempt();
}

void Exchange::begin_attempt() {
  ++attempts_;
  receiver_->begin_attempt();
  failure_body_.clear();
  status_ = 0;
  headers_.clear();
  waiting_for_output_ = true;
  timings_ = Timings();
  watch_first_byte();
  call_ = engine_->transport().start(http_, *this);
}

void Exchange::on_headers(int status, const Headers& headers) {
  last_activity_ = Clock::now();
  timings_.first_byte = duration_cast<microseconds>(last_activity_ - started_);
  status_ = status;
  headers_ = headers;
  if (is_refused())
    saw_output();
  else
    act_on(receiver_->on_headers(headers));
}

void Exchange::on_body(std::string_view bytes) {
  if (bytes.empty()) return;
  last_activity_ = Clock::now();
  if (is_refused())
    failure_body_ += bytes;
  else
    act_on(receiver_->on_body(bytes));
}

void Exchange::on_end(transport::HttpEnd end) {
  call_ = transport::CallId::none;
  if (is_refused()) return attempt_failed(end.error ? std::move(*end.error) : classify_failure());
  act_on(receiver_->on_end(end.error));
}

/// Whether there is an answer, and its status is not one of success.
bool Exchange::is_refused() const noexcept { return status_ != 0 && (status_ < 200 || status_ > 299); }

void Exchange::act_on(Receiver::Progress progress) {
  using Progress = Receiver::Progress;
  if (waiting_for_output_ && progress != Progress::waiting && progress != Progress::failed) saw_output();
  switch (progress) {
    case Progress::waiting:
    case Progress::reading: return;
    case Progress::held_back: return hold_back();
    case Progress::complete:
      if (call_ != transport::CallId::none)
        engine_->transport().drain(std::exchange(call_, transport::CallId::none), drain_patience);
      return succeed();
    case Progress::failed: stop_transport(); return attempt_failed(receiver_->failure());
  }
}

void Exchange::hold_back() {
  if (std::exchange(paused_, true)) return;
  engine_->transport().pause(call_);
}

Error Exchange::classify_failure() const {
  auto error = target_->protocol().classify(status_, headers_, failure_body_, target_->dialect);
  if (error.kind == ErrorKind::model_unavailable && !target_->model.replacement.empty())
    error.message +=
        "; the catalogue names " + target_->model.provider + "/" + target_->model.replacement + " as its replacement";
  return error;
}

void Exchange::attempt_failed(Error error) {
  stop_timers();
  fill_in(error);
  if (receiver_->has_reached_caller()) return fail(std::move(error));
  const auto delay = retry::next_delay(error, attempts_, retries_, engine_->random());
  // Whether there is time for it is known beforehand: sleeping into the deadline would only put off the bad news.
  if (delay && *delay < total_deadline_ - Clock::now()) return pause(*delay, error);
  if (delay)
    error.message += "; the next attempt would come in " + seconds_text(*delay) + ", after the total deadline of " +
                     seconds_text(timeouts_.total());
  else if (error.retryable && attempts_ < retries_.attempts())
    error.message += "; the provider asks to wait " + seconds_text(*error.retry_after) +
                     ", which is longer than Retries::max_announced_delay allows";
  fail(std::move(error));
}

/// Waits for the next attempt. What ends the call meanwhile is no answer, so it has none of the last one's marks.
void Exchange::pause(milliseconds delay, const Error& failure) {
  last_failure_ = failure.message;
  status_ = 0;
  headers_.clear();
  phase_timer_ = engine_->loop().after(delay, [self = shared_from_this()] {
    self->phase_timer_ = Loop::TimerId::none;
    self->begin_attempt();
  });
}

void Exchange::succeed() {
  if (done_) return;
  CallInfo info;
  info.request_id = request_id_of(headers_);
  info.rate_limits = rate_limits(headers_, system_clock::now());
  info.attempts = attempts_;
  timings_.total = duration_cast<microseconds>(Clock::now() - started_);
  info.timings = timings_;
  const auto self = shared_from_this();
  end_of_call()->on_success(std::move(info));
}

void Exchange::fail(Error error) {
  if (done_) return;
  redact(error, target_->key);
  const auto self = shared_from_this();
  end_of_call()->on_failure(std::move(error));
}

/// Lets go of everything, and of the receiver last: what it reports to may hold on to this object.
std::unique_ptr<Receiver> Exchange::end_of_call() {
  done_ = true;
  stop_transport();
  if (engine_) {
    stop_timers();
    engine_->loop().cancel(std::exchange(total_timer_, Loop::TimerId::none));
    engine_->forget(shared_from_this());
  }
  return std::move(receiver_);
}

void Exchange::cancel() {
  if (done_) return;
  Error error(ErrorKind::cancelled, "the call was cancelled");
  fill_in(error);
  fail(std::move(error));
}

void Exchange::resume() {
  if (done_ || !paused_) return;
  paused_ = false;
  last_activity_ = Clock::now();
  if (call_ != transport::CallId::none) engine_->transport().resume(call_);
}

void Exchange::fill_in(Error& error) const {
  error.provider = target_->dialect.provider;
  error.model = target_->model.id;
  error.attempts = attempts_;
  if (error.status == 0) error.status = status_;
  if (error.request_id.empty()) error.request_id = request_id_of(headers_);
  error.rate_limits = rate_limits(headers_, system_clock::now());
  error.partial = receiver_->partial_text();
  // A successful answer may carry `retry-after` too (Anthropic sends it); it then means nothing.
  error.retry_after = retry::announced_delay(error, status_ >= 400 ? headers_ : Headers(), system_clock::now());
  error.retryable = retry::may_heal(error, status_ >= 400 ? &headers_ : nullptr);
}

void Exchange::watch_first_byte() {
  if (timeouts_.first_byte().count() == 0) return;
  phase_timer_ = engine_->loop().after(timeouts_.first_byte(), [self = shared_from_this()] {
    self->phase_timer_ = Loop::TimerId::none;
    self->deadline_passed(Deadline::first_byte);
  });
}

/// The answer has begun: from now on it is the gaps between bytes that count.
void Exchange::saw_output() {
  waiting_for_output_ = false;
  timings_.first_output = duration_cast<microseconds>(last_activity_ - started_);
  engine_->loop().cancel(std::exchange(phase_timer_, Loop::TimerId::none));
  if (timeouts_.idle().count() > 0) watch_idle(last_activity_ + timeouts_.idle());
}

void Exchange::watch_idle(Clock::time_point when) {
  phase_timer_ = engine_->loop().at(when, [self = shared_from_this()] {
    self->phase_timer_ = Loop::TimerId::none;
    self->on_idle_timer();
  });
}

/// Bytes only note the time of their arrival; the timer looks at it when it runs, and goes on waiting if need be.
void Exchange::on_idle_timer() {
  const auto now = Clock::now();
  if (paused_) last_activity_ = now;  // it is the caller who does not read
  const auto due = last_activity_ + timeouts_.idle();
  if (due <= now) return deadline_passed(Deadline::idle);
  watch_idle(due);
}

void Exchange::deadline_passed(Deadline deadline) {
  Error error(ErrorKind::timeout, "");
  error.deadline = deadline;
  switch (deadline) {
    case Deadline::first_byte:
      error.message = "no answer within the first-byte deadline of " + seconds_text(timeouts_.first_byte());
      break;
    case Deadline::idle:
      error.message = "the answer stalled for longer than the idle deadline of " + seconds_text(timeouts_.idle());
      break;
    default:
      error.message = "the call took longer than the total deadline of " + seconds_text(timeouts_.total());
      if (!last_failure_.empty()) error.message += "; an earlier attempt had failed: " + last_failure_;
  }
  stop_transport();
  if (deadline != Deadline::total) return attempt_failed(std::move(error));
  fill_in(error);
  fail(std::move(error));
}

void Exchange::stop_transport() {
  if (call_ != transport::CallId::none) engine_->transport().cancel(std::exchange(call_, transport::CallId::none));
}

void Exchange::stop_timers() { engine_->loop().cancel(std::exchange(phase_timer_, Loop::TimerId::none)); }

}  // namespace fastccg

#include "exchange/exchange.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "exchange/engine.hpp"
#include "exchange/fallback.hpp"
#include "exchange/http_request.hpp"
#include "exchange/rate_limits.hpp"
#include "exchange/redact.hpp"
#include "exchange/retry.hpp"

namespace fastccg {

using namespace std::chrono;

namespace {

/// How long a stream that has said everything may take to end, so that its connection can be used again.
constexpr milliseconds drain_patience{1000};

constexpr std::size_t longest_location = 200;  // that is worth showing

std::uint64_t next_call_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::string attempts_text(int attempts) { return attempts == 1 ? "1 attempt" : std::to_string(attempts) + " attempts"; }

}  // namespace

Exchange::Exchange(std::shared_ptr<const Target> target, protocols::Rendered rendered, const CallOptions& options,
                   std::unique_ptr<Receiver> receiver)
    : observers_(options.observers),
      lane_(options.lane),
      estimated_tokens_(options.estimated_tokens),
      stream_(options.stream),
      timeouts_(options.timeouts),
      retries_(options.retries),
      began_(options.began),
      asked_(target, make_http_request(*target, rendered, options), std::move(receiver)) {}

void Exchange::add_fallback(std::shared_ptr<const Target> target, protocols::Rendered rendered,
                            const CallOptions& options, std::unique_ptr<Receiver> receiver) {
  auto http = make_http_request(*target, rendered, options);
  fallbacks_.emplace_back(std::move(target), std::move(http), std::move(receiver));
}

void Exchange::start(Engine& engine) {
  // Who cancels on another thread than the one that starts may get to the loop first.
  if (done_) return engine.forget(shared_from_this());
  engine_ = &engine;
  started_ = Clock::now();
  deadlines_.emplace(engine.loop(), timeouts_, began_.value_or(started_),
                     [this](Deadline deadline) { deadline_passed(deadline); });
  if (!observers_.empty()) number_ = next_call_number();
  tell(CallEvent::Kind::started);
  ask_for_turn(false);
}

Exchange::Clock::time_point Exchange::patience() const {
  return std::min(deadlines_->total(), Clock::now() + retries_.max_announced_delay());
}

void Exchange::ask_for_turn(bool again) {
  auto visit = engine_->admission().enter(*asked_.target, lane_, estimated_tokens_, again, patience(), *this);
  if (!visit) {
    fill_in(visit.error());
    return ask_another_or_fail(std::move(visit).error());
  }
  visit_ = *std::move(visit);
  if (!visit_ || visit_->admitted()) return begin_attempt();
  waiting_since_ = Clock::now();
  tell(CallEvent::Kind::queued);
}

void Exchange::on_turn() {
  queued_ += duration_cast<microseconds>(Clock::now() - waiting_since_);
  begin_attempt();
}

void Exchange::on_closed(Gate::TimePoint when) {
  if (when <= patience()) return;
  auto error = closed_error(*asked_.target, when);
  fill_in(error);
  visit_.reset();
  ask_another_or_fail(std::move(error));
}

void Exchange::begin_attempt() {
  ++attempts_;
  ++attempts_here_;
  asked_.receiver->begin_attempt();
  forget_answer();
  timings_ = Timings();
  has_output_ = false;
  paused_ = false;
  progress_mark_ = asked_.receiver->progress_mark();
  deadlines_->begin_attempt();
  tell(CallEvent::Kind::attempt);
  call_ = engine_->transport().start(asked_.http, *this);
}

void Exchange::on_headers(int status, Headers headers) {
  const auto now = Clock::now();
  deadlines_->heard(now);
  timings_.first_byte = duration_cast<microseconds>(now - started_);
  status_ = status;
  headers_ = std::move(headers);
  if (visit_) visit_->learn(headers_);
  tell(CallEvent::Kind::first_byte);
  if (is_refused())
    deadlines_->answer_began(now);
  else
    act_on(asked_.receiver->on_headers(headers_));
}

void Exchange::on_body(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto now = Clock::now();
  deadlines_->heard(now);
  if (timeouts_.heartbeats_count()) deadlines_->answer_began(now);
  if (is_refused()) {
    deadlines_->progressed(now);
    failure_body_ += bytes;
    return;
  }
  const auto progress = asked_.receiver->on_body(bytes);
  const auto mark = asked_.receiver->progress_mark();
  if (std::exchange(progress_mark_, mark) != mark || !stream_) deadlines_->progressed(now);
  act_on(progress);
}

void Exchange::on_end(transport::HttpEnd end) {
  call_ = transport::CallId::none;
  if (is_refused()) return attempt_failed(end.error ? std::move(*end.error) : classify_failure());
  act_on(asked_.receiver->on_end(end.error));
}

/// Whether there is an answer, and its status is not one of success.
bool Exchange::is_refused() const noexcept { return status_ != 0 && (status_ < 200 || status_ > 299); }

void Exchange::act_on(Receiver::Progress progress) {
  using Progress = Receiver::Progress;
  if (!has_output_ && progress != Progress::waiting && progress != Progress::failed) saw_output();
  switch (progress) {
    case Progress::waiting:
    case Progress::reading: return;
    case Progress::held_back: return hold_back();
    case Progress::complete:
      if (call_ != transport::CallId::none)
        engine_->transport().drain(std::exchange(call_, transport::CallId::none), drain_patience);
      return succeed();
    case Progress::failed: stop_transport(); return attempt_failed(asked_.receiver->failure());
  }
}

void Exchange::saw_output() {
  has_output_ = true;
  const auto now = Clock::now();
  timings_.first_output = duration_cast<microseconds>(now - started_);
  deadlines_->answer_began(now);
  tell(CallEvent::Kind::first_token);
}

void Exchange::hold_back() {
  if (std::exchange(paused_, true)) return;
  deadlines_->set_held_back(true);
  engine_->transport().pause(call_);
}

void Exchange::resume() {
  if (done_ || !paused_) return;
  paused_ = false;
  deadlines_->set_held_back(false);
  if (call_ != transport::CallId::none) engine_->transport().resume(call_);
}

Error Exchange::classify_failure() const {
  const auto& target = *asked_.target;
  auto error = target.protocol().classify(status_, headers_, failure_body_, target.dialect);
  if (error.kind == ErrorKind::model_unavailable && !target.model.replacement.empty())
    error.message +=
        "; the catalogue names " + target.model.provider + "/" + target.model.replacement + " as its replacement";
  const auto* location = status_ / 100 == 3 ? find_header(headers_, "Location") : nullptr;
  if (location)
    error.message += "; the server redirects to \"" + location->substr(0, longest_location) +
                     "\", where the key is not taken: if that address is right, make it the base_url";
  return error;
}

void Exchange::attempt_failed(Error error) {
  deadlines_->end_attempt();
  fill_in(error);
  give_up_turn(error);
  if (asked_.receiver->has_reached_caller()) return fail(std::move(error));
  const auto delay = retry::next_delay(error, attempts_here_, retries_, engine_->random());
  // Whether there is time for it is known beforehand: sleeping into the deadline would only put off the bad news.
  if (delay && *delay < deadlines_->total() - Clock::now()) return pause(*delay, error);
  if (delay)
    error.message += "; the next attempt would come in " + seconds_text(*delay) + ", after the total deadline of " +
                     seconds_text(timeouts_.total());
  else if (error.retryable && attempts_here_ < retries_.attempts())
    error.message += "; the provider asks to wait " + seconds_text(*error.retry_after) +
                     ", which is longer than Retries::max_announced_delay allows";
  ask_another_or_fail(std::move(error));
}

/// Makes room for others while this call pauses, and tells them of a pause that the provider has asked for.
void Exchange::give_up_turn(const Error& error) {
  if (!visit_) return;
  const bool turned_away = error.kind == ErrorKind::rate_limited || error.kind == ErrorKind::overloaded;
  if (turned_away && error.retry_after) visit_->close_for(*error.retry_after);
  // Who answers nothing, or refuses, has not counted tokens. Of an answer that broke off the estimate stands.
  if (status_ == 0 || is_refused()) visit_->set_tokens(0);
  visit_.reset();
}

/// Waits for the next attempt.
void Exchange::pause(milliseconds delay, const Error& failure) {
  last_failure_ = failure.message;
  tell(CallEvent::Kind::attempt_failed, &failure, delay);
  forget_answer();
  pause_timer_ = engine_->loop().after(delay, [self = shared_from_this()] {
    self->pause_timer_ = Loop::TimerId::none;
    self->ask_for_turn(true);
  });
}

void Exchange::ask_another_or_fail(Error error) {
  if (fallbacks_.empty() || !may_fall_back(error)) return fail(std::move(error));
  redact(error, asked_.target->key);
  tried_.push_back(asked_.target->name() + " (" + std::string(to_string(error.kind)) + " after " +
                   attempts_text(attempts_here_) + ": " + error.message + ")");
  tell(CallEvent::Kind::attempt_failed, &error, milliseconds(0));
  forget_answer();
  // The transport may still hold the request that has failed; it is replaced when that has returned.
  pause_timer_ = engine_->loop().after(milliseconds(0), [self = shared_from_this()] {
    self->pause_timer_ = Loop::TimerId::none;
    self->asked_ = std::move(self->fallbacks_.front());
    self->fallbacks_.erase(self->fallbacks_.begin());
    self->attempts_here_ = 0;
    self->last_failure_.clear();
    self->ask_for_turn(false);
  });
}

/// What ends the call after this is no answer, so it has none of the last one's marks.
void Exchange::forget_answer() {
  status_ = 0;
  headers_.clear();
  failure_body_.clear();
}

void Exchange::succeed() {
  if (done_) return;
  CallInfo info;
  info.request_id = redacted(request_id_of(headers_), asked_.target->key);
  info.rate_limits = rate_limits(headers_, system_clock::now());
  info.attempts = attempts_;
  timings_.queued = queued_;
  timings_.total = duration_cast<microseconds>(Clock::now() - started_);
  info.timings = timings_;
  for (const auto& failure : tried_)
    info.warnings.emplace_back("fallbacks", asked_.target->name() + " has answered in place of " + failure);
  const auto usage = asked_.receiver->account().usage;
  if (visit_ && (usage.total || (usage.input && usage.output)))
    visit_->set_tokens(usage.total ? *usage.total : *usage.input + *usage.output);
  tell(CallEvent::Kind::finished);
  const auto self = shared_from_this();
  end_of_call()->on_success(std::move(info));
}

void Exchange::fail(Error error) {
  if (done_) return;
  for (std::size_t i = 0; i < tried_.size(); ++i) error.message += (i == 0 ? "; asked before were " : ", ") + tried_[i];
  redact(error, asked_.target->key);
  timings_.queued = queued_;
  if (engine_) {
    timings_.total = duration_cast<microseconds>(Clock::now() - started_);
    tell(CallEvent::Kind::finished, &error);
  }
  const auto self = shared_from_this();
  end_of_call()->on_failure(std::move(error));
}

/// Lets go of everything, and of the receiver last: what it reports to may hold on to this object.
std::unique_ptr<Receiver> Exchange::end_of_call() {
  done_ = true;
  stop_transport();
  if (engine_) {
    visit_.reset();
    deadlines_.reset();
    engine_->loop().cancel(std::exchange(pause_timer_, Loop::TimerId::none));
    engine_->forget(shared_from_this());
  }
  fallbacks_.clear();
  return std::move(asked_.receiver);
}

void Exchange::cancel() {
  if (done_) return;
  Error error(ErrorKind::cancelled, "the call was cancelled");
  fill_in(error);
  fail(std::move(error));
}

void Exchange::give_up(const std::exception& why) {
  if (!done_) fail(Error(ErrorKind::usage, std::string("the call could not be started: ") + why.what()));
}

void Exchange::fill_in(Error& error) const {
  error.provider = asked_.target->dialect.provider;
  error.model = asked_.target->model.id;
  error.attempts = attempts_;
  if (error.status == 0) error.status = status_;
  if (error.request_id.empty()) error.request_id = request_id_of(headers_);
  error.rate_limits = rate_limits(headers_, system_clock::now());
  error.partial = asked_.receiver->partial_text();
  // A successful answer may carry `retry-after` too (Anthropic sends it); it then means nothing.
  error.retry_after = retry::announced_delay(error, status_ >= 400 ? headers_ : Headers(), system_clock::now());
  error.retryable = retry::may_heal(error, status_ >= 400 ? &headers_ : nullptr);
}

void Exchange::deadline_passed(Deadline deadline) {
  const auto self = shared_from_this();
  Error error(ErrorKind::timeout, deadlines_->explain(deadline));
  error.deadline = deadline;
  stop_transport();
  if (deadline != Deadline::total) return attempt_failed(std::move(error));
  if (visit_ && !visit_->admitted()) error.message += ", most of it while it waited for its turn under RateLimits";
  if (!last_failure_.empty()) error.message += "; an earlier attempt had failed: " + last_failure_;
  fill_in(error);
  fail(std::move(error));
}

void Exchange::stop_transport() {
  if (call_ != transport::CallId::none) engine_->transport().cancel(std::exchange(call_, transport::CallId::none));
}

void Exchange::tell(CallEvent::Kind kind, const Error* error, std::optional<milliseconds> pause) {
  if (observers_.empty()) return;
  const auto account = asked_.receiver->account();
  CallEvent event;
  event.kind = kind;
  event.call = number_;
  event.elapsed = duration_cast<microseconds>(Clock::now() - started_);
  event.provider = asked_.target->dialect.provider;
  event.model = asked_.target->model.id;
  event.stream = stream_;
  event.attempt = attempts_;
  event.status = status_;
  event.pieces = account.pieces;
  event.request_id = redacted(request_id_of(headers_), asked_.target->key);
  if (error) {
    event.error = *error;
    redact(*event.error, asked_.target->key);
  }
  event.pause = pause;
  if (kind == CallEvent::Kind::finished) {
    event.usage = account.usage;
    event.cost = cost(asked_.target->model, account.usage);
    event.finish_reason = account.finish_reason;
    event.timings = timings_;
  }
  observers_.tell(event);
}

}  // namespace fastccg

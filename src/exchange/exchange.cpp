#include "exchange/exchange.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "exchange/engine.hpp"
#include "exchange/redact.hpp"
#include "exchange/retry.hpp"

namespace fastccg {

using namespace std::chrono;

namespace {

/// How long a stream that has said everything may take to end, so that its connection can be used again.
constexpr milliseconds drain_patience{1000};

Headers request_headers(const Target& target, const protocols::Rendered& rendered, const Settings& settings,
                        bool stream) {
  Headers headers;
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("Accept", stream ? "text/event-stream" : "application/json");
  headers.insert(headers.end(), rendered.headers.begin(), rendered.headers.end());
  if (settings.extra_headers())
    for (const auto& header : *settings.extra_headers()) {
      std::erase_if(headers, [&](const auto& h) { return find_header({h}, header.first) != nullptr; });
      headers.push_back(header);
    }

  const auto& provider = *target.provider;
  const std::string name =
      provider.auth == providers::Auth::header ? std::string(provider.auth_header) : "Authorization";
  std::erase_if(headers, [&](const auto& h) { return find_header({h}, name) != nullptr; });
  if (!target.key.empty())
    headers.emplace_back(name, provider.auth == providers::Auth::header ? target.key : "Bearer " + target.key);
  return headers;
}

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

std::string request_id_of(const Headers& headers) {
  for (const auto* name :
       {"x-request-id", "request-id", "x-goog-request-id", "mistral-correlation-id", "apim-request-id"})
    if (const auto* id = find_header(headers, name)) return *id;
  return {};
}

std::string seconds_text(milliseconds time) {
  auto text = std::to_string(static_cast<double>(time.count()) / 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

}  // namespace

Exchange::Exchange(std::shared_ptr<const Target> target, const Request& request, std::shared_ptr<ExchangeSink> sink)
    : target_(std::move(target)),
      sink_(std::move(sink)),
      stream_(request.stream),
      timeouts_(request.settings.timeouts().value_or(Timeouts())),
      retries_(request.settings.retries().value_or(Retries())),
      limits_(request.settings.limits().value_or(Limits())) {
  auto rendered = target_->protocol().render(request, target_->dialect);
  http_.url = target_->base_url + rendered.path;
  http_.headers = request_headers(*target_, rendered, request.settings, stream_);
  http_.body = std::move(rendered.body);
  http_.connect_timeout = timeouts_.connect();
  http_.limits = limits_;
  http_.streaming = stream_;
  http_.proxy = target_->proxy;
  http_.ca_file = target_->ca_file;
  warnings_ = std::move(rendered.warnings);
}

void Exchange::start(Engine& engine) {
  engine_ = &engine;
  started_ = Clock::now();
  total_deadline_ = Clock::time_point::max();
  if (timeouts_.total().count() > 0) {
    total_deadline_ = started_ + timeouts_.total();
    total_timer_ = engine.loop().at(total_deadline_, [self = shared_from_this()] {
      self->total_timer_ = Loop::TimerId::none;
      self->deadline_passed(Deadline::total);
    });
  }
  begin_attempt();
}

void Exchange::begin_attempt() {
  ++attempts_;
  builder_.emplace(std::string(target_->dialect.provider), sink_->listener());
  for (const auto& warning : warnings_) builder_->warn(warning);
  framer_.emplace(limits_.event());
  decoder_.reset();
  body_kind_ = Body::unknown;
  body_.clear();
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

  if (status < 200 || status > 299) {
    body_kind_ = Body::failure;
  } else if (!stream_) {
    body_kind_ = Body::json;
  } else if (const auto* type = find_header(headers, "content-type")) {
    if (starts_with_no_case(*type, "text/event-stream"))
      body_kind_ = Body::events;
    else if (starts_with_no_case(*type, "application/json"))
      body_kind_ = Body::json;
  }
  // In a stream only output ends the wait for the first byte: many servers send headers, and then think.
  if (body_kind_ != Body::events && body_kind_ != Body::unknown) saw_output();
}

void Exchange::on_body(std::string_view bytes) {
  if (bytes.empty()) return;
  last_activity_ = Clock::now();
  if (body_kind_ == Body::unknown) {
    const auto first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first == std::string_view::npos) return;
    decide_by_first_byte(bytes[first]);
  }
  take_body(bytes);
}

void Exchange::decide_by_first_byte(char first) {
  const bool json = first == '{' || first == '[';
  body_kind_ = json || first == '<' ? Body::json : Body::events;
  if (body_kind_ == Body::json) saw_output();
}

void Exchange::take_body(std::string_view bytes) {
  if (body_kind_ != Body::events) {
    body_ += bytes;
    return;
  }
  if (!decoder_) decoder_ = target_->protocol().decode_stream(target_->dialect);
  if (!framer_->feed(bytes, *this) && builder_->is_open())
    builder_->fail(Error(ErrorKind::protocol, "the server sent an event of over " + std::to_string(limits_.event()) +
                                                  " bytes; raise Limits::event if that is meant to be"));
  if (waiting_for_output_ && builder_->has_output()) saw_output();
  settle();
}

void Exchange::on_event(const sse::Event& event) {
  if (builder_->is_open()) decoder_->on_event(event, *builder_);
}

/// Acts on what a batch of events has brought.
void Exchange::settle() {
  if (builder_->failure()) {
    auto error = *builder_->failure();
    stop_transport();
    attempt_failed(std::move(error));
  } else if (builder_->is_complete()) {
    engine_->transport().drain(std::exchange(call_, transport::CallId::none), drain_patience);
    succeed();
  } else if (!sink_->on_batch() && !paused_) {
    paused_ = true;
    engine_->transport().pause(call_);
  }
}

void Exchange::on_end(transport::HttpEnd end) {
  call_ = transport::CallId::none;
  if (body_kind_ == Body::events) return end_of_events(end.error);
  if (end.error) return attempt_failed(std::move(*end.error));

  switch (body_kind_) {
    case Body::failure: return attempt_failed(classify_failure());
    case Body::json: target_->protocol().decode(body_, target_->dialect, *builder_); break;
    default: builder_->fail(Error(ErrorKind::stream_truncated, "the server answered with nothing at all"));
  }
  if (builder_->failure()) return attempt_failed(*builder_->failure());
  succeed();
}

void Exchange::end_of_events(const std::optional<Error>& broken) {
  if (!decoder_) decoder_ = target_->protocol().decode_stream(target_->dialect);
  if (broken) {
    // The answer itself is whole: what broke off can only have been usage and the end mark.
    if (builder_->is_open() && builder_->has_finish_reason()) {
      builder_->warn(Warning("", "the connection broke after the answer was complete; usage may be missing"));
      builder_->complete();
    } else if (builder_->is_open()) {
      builder_->fail(*broken);
    }
  } else {
    framer_->finish(*this);
    if (builder_->is_open()) decoder_->on_end(*builder_);
  }
  if (builder_->failure()) return attempt_failed(*builder_->failure());
  succeed();
}

Error Exchange::classify_failure() const {
  auto error = target_->protocol().classify(status_, headers_, body_, target_->dialect);
  if (error.kind == ErrorKind::model_unavailable && !target_->model.replacement.empty())
    error.message +=
        "; the catalogue names " + target_->model.provider + "/" + target_->model.replacement + " as its replacement";
  return error;
}

void Exchange::attempt_failed(Error error) {
  stop_timers();
  fill_in(error);
  if (error.retryable && error.retry_after > retries_.max_announced_delay())
    error.message += "; the provider asks to wait " + seconds_text(*error.retry_after) +
                     ", which is longer than Retries::max_announced_delay allows";
  const bool output_reached_caller = sink_->listener() && builder_->has_output();
  if (output_reached_caller) return fail(std::move(error));
  const auto delay = retry::next_delay(error, attempts_, retries_, engine_->random());
  if (!delay) return fail(std::move(error));
  const auto when = Clock::now() + *delay;
  if (when >= total_deadline_) return fail(std::move(error));
  phase_timer_ = engine_->loop().at(when, [self = shared_from_this()] {
    self->phase_timer_ = Loop::TimerId::none;
    self->begin_attempt();
  });
}

void Exchange::succeed() {
  auto reply = builder_->take();
  reply.model = target_->model.id;
  reply.message.model = target_->model.id;
  reply.request_id = request_id_of(headers_);
  reply.attempts = attempts_;
  timings_.total = duration_cast<microseconds>(Clock::now() - started_);
  reply.timings = timings_;
  if (body_kind_ == Body::json) reply.raw = std::move(body_);
  finish(std::move(reply));
}

void Exchange::fail(Error error) {
  redact(error, target_->key);
  finish(std::move(error));
}

void Exchange::finish(Result<Reply> result) {
  if (done_) return;
  done_ = true;
  const auto self = shared_from_this();
  stop_transport();
  if (engine_) {
    stop_timers();
    engine_->loop().cancel(std::exchange(total_timer_, Loop::TimerId::none));
    engine_->forget(self);
  }
  // The sink holds on to this object, and this object to the sink: the end of the call is the end of that.
  const auto sink = std::move(sink_);
  sink->on_done(std::move(result));
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
  if (builder_) error.partial = builder_->partial_text();
  // A successful answer may carry `retry-after` too (Anthropic sends it); it then means nothing.
  if (!error.retry_after && status_ >= 400) error.retry_after = retry::announced_delay(headers_, system_clock::now());
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
    default: error.message = "the call took longer than the total deadline of " + seconds_text(timeouts_.total());
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

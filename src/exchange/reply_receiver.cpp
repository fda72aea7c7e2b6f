#include "exchange/reply_receiver.hpp"

#include <algorithm>
#include <cctype>
#include <exception>
#include <utility>

#include "exchange/estimate.hpp"
#include "exchange/limit_table.hpp"

namespace fastccg {

namespace {

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

}  // namespace

ReplyReceiver::ReplyReceiver(std::shared_ptr<const Target> target, const CallOptions& options,
                             std::vector<Warning> warnings, std::size_t position, std::shared_ptr<ReplySink> sink)
    : target_(std::move(target)),
      stream_(options.stream),
      event_limit_(options.limits.event()),
      warnings_(std::move(warnings)),
      position_(position),
      sink_(std::move(sink)) {}

void ReplyReceiver::begin_attempt() {
  sink_->on_attempt(target_);
  builder_.emplace(std::string(target_->dialect.provider), sink_->listener(), position_);
  for (const auto& warning : warnings_) builder_->warn(warning);
  framer_.emplace(event_limit_);
  decoder_.reset();
  kind_ = Body::unknown;
  body_.clear();
}

Receiver::Progress ReplyReceiver::on_headers(const Headers& headers) {
  if (!stream_) {
    kind_ = Body::json;
  } else if (const auto* type = find_header(headers, "content-type")) {
    if (starts_with_no_case(*type, "text/event-stream"))
      kind_ = Body::events;
    else if (starts_with_no_case(*type, "application/json"))
      kind_ = Body::json;
  }
  // Headers do not end the wait for the first byte: many servers send them, and then think.
  return Progress::waiting;
}

Receiver::Progress ReplyReceiver::on_body(std::string_view bytes) {
  if (kind_ == Body::events) return take_events(bytes);
  if (body_.empty()) {
    bytes = without_blanks(bytes);
    if (bytes.empty()) return Progress::waiting;
  }
  if (kind_ == Body::unknown) {
    const char c = bytes.front();
    kind_ = c == '{' || c == '[' || c == '<' ? Body::json : Body::events;
    if (kind_ == Body::events) return take_events(bytes);
  }
  body_ += bytes;
  return Progress::reading;
}

Receiver::Progress ReplyReceiver::take_events(std::string_view bytes) {
  if (!decoder_) decoder_ = target_->protocol().decode_stream(target_->dialect);
  if (!framer_->feed(bytes, *this) && builder_->is_open())
    builder_->fail(Error(ErrorKind::protocol, "the server sent an event of over " + std::to_string(event_limit_) +
                                                  " bytes; raise Limits::event if that is meant to be"));
  if (builder_->failure()) return Progress::failed;
  if (builder_->is_complete()) return Progress::complete;
  if (!sink_->on_batch()) return Progress::held_back;
  return builder_->has_output() ? Progress::reading : Progress::waiting;
}

void ReplyReceiver::on_event(const sse::Event& event) {
  if (builder_->is_open()) decoder_->on_event(event, *builder_);
}

Receiver::Progress ReplyReceiver::on_end(const std::optional<Error>& broken) {
  if (kind_ == Body::events)
    end_of_events(broken);
  else if (broken)
    builder_->fail(*broken);
  else if (!body_.empty())
    target_->protocol().decode(body_, target_->dialect, *builder_);
  else
    builder_->fail(Error(ErrorKind::stream_truncated, "the server answered with nothing at all"));
  return builder_->failure() ? Progress::failed : Progress::complete;
}

void ReplyReceiver::end_of_events(const std::optional<Error>& broken) {
  if (!decoder_) decoder_ = target_->protocol().decode_stream(target_->dialect);
  if (!broken) {
    framer_->finish(*this);
    if (builder_->is_open()) decoder_->on_end(*builder_);
  } else if (builder_->is_open() && builder_->has_finish_reason()) {
    // The answer itself is whole: what broke off can only have been usage and the end mark.
    builder_->warn(Warning("", "the connection broke after the answer was complete; usage may be missing"));
    builder_->complete();
  } else if (builder_->is_open()) {
    builder_->fail(*broken);
  }
}

std::uint64_t ReplyReceiver::progress_mark() const { return (builder_ ? builder_->pieces() : 0) + body_.size(); }

Account ReplyReceiver::account() const {
  Account account;
  if (!builder_) return account;
  account.usage = builder_->usage();
  account.finish_reason = builder_->finish_reason();
  account.pieces = builder_->pieces();
  return account;
}

void ReplyReceiver::on_success(CallInfo info) {
  Result<Reply> result = [&]() -> Result<Reply> {
    try {
      return make_reply(std::move(info));
    } catch (const std::exception& error) {  // memory ran out
      return Error(ErrorKind::usage, std::string("the answer could not be kept: ") + error.what());
    }
  }();
  std::exchange(sink_, nullptr)->on_done(std::move(result));
}

Reply ReplyReceiver::make_reply(CallInfo info) {
  auto reply = builder_->take();
  reply.model = target_->model.id;
  reply.message.model = target_->model.id;
  reply.request_id = std::move(info.request_id);
  reply.rate_limits = std::move(info.rate_limits);
  reply.attempts = info.attempts;
  reply.timings = info.timings;
  reply.cost = cost(target_->model, reply.usage);
  reply.warnings.insert(reply.warnings.end(), info.warnings.begin(), info.warnings.end());
  if (kind_ == Body::json) reply.raw = std::move(body_);
  return reply;
}

void ReplyReceiver::on_failure(Error error) { std::exchange(sink_, nullptr)->on_done(std::move(error)); }

std::shared_ptr<Exchange> make_reply_exchange(std::shared_ptr<const Target> target, const Request& request,
                                              std::shared_ptr<ReplySink> sink, const CallContext& context) {
  CallOptions options(request.settings);
  options.stream = request.stream;
  options.lane = context.lane;
  options.observers = CallObservers(context.observers);
  if (RateLimitTable::version() != 0) options.estimated_tokens = estimate_tokens(request);

  const auto receive = [&](const std::shared_ptr<const Target>& from, protocols::Rendered& rendered) {
    return std::make_unique<ReplyReceiver>(from, options, std::move(rendered.warnings), request.messages.size(), sink);
  };
  auto rendered = target->protocol().render(request, target->dialect);
  auto receiver = receive(target, rendered);
  auto exchange = std::make_shared<Exchange>(target, std::move(rendered), options, std::move(receiver));
  for (const auto& fallback : context.fallbacks) {
    auto other = request;
    other.model = fallback->model;
    auto rendered_for_it = fallback->protocol().render(other, fallback->dialect);
    auto its_receiver = receive(fallback, rendered_for_it);
    exchange->add_fallback(fallback, std::move(rendered_for_it), options, std::move(its_receiver));
  }
  return exchange;
}

}  // namespace fastccg

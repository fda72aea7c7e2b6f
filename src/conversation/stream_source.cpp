#include "conversation/stream_source.hpp"

#include <cxxabi.h>

#include <utility>

#include "async/pool.hpp"
#include "exchange/engine.hpp"

namespace fastccg::detail {

namespace {

bool is_cancellation(const Result<Reply>& result) { return !result && result.error().kind == ErrorKind::cancelled; }

}  // namespace

void Pieces::add(Chunk::Kind kind, std::string_view text) {
  pieces_.emplace_back(kind, text.size());
  text_ += text;
}

void Pieces::add_tool_call(std::size_t index, std::string_view id, std::string_view name, std::string_view arguments) {
  auto& piece = pieces_.emplace_back(Chunk::Kind::tool_call, arguments.size());
  piece.tool_index = index;
  piece.id_size = id.size();
  piece.name_size = name.size();
  text_.append(id).append(name).append(arguments);
}

void Pieces::append(Pieces& from) {
  if (empty()) {
    std::swap(*this, from);
  } else {
    pieces_.insert(pieces_.end(), from.pieces_.begin(), from.pieces_.end());
    text_ += from.text_;
  }
  from.clear();
}

void Pieces::take(Chunk& chunk) {
  const auto& piece = pieces_[read_++];
  const auto next_text = [this](std::size_t size) {
    return std::string_view(text_).substr(std::exchange(read_text_, read_text_ + size), size);
  };
  const auto text_of = [&](Chunk::Kind kind) { return next_text(piece.kind == kind ? piece.text_size : 0); };
  chunk.kind = piece.kind;
  chunk.tool_index = piece.tool_index;
  chunk.tool_id = next_text(piece.id_size);
  chunk.tool_name = next_text(piece.name_size);
  chunk.content = text_of(Chunk::Kind::text);
  chunk.reasoning = text_of(Chunk::Kind::reasoning);
  chunk.refusal = text_of(Chunk::Kind::refusal);
  chunk.tool_arguments = text_of(Chunk::Kind::tool_call);
}

void Pieces::clear() noexcept {
  pieces_.clear();
  text_.clear();
  read_ = read_text_ = 0;
}

StreamSource::StreamSource(std::shared_ptr<Conversation> conversation, Message question, Settings settings)
    : conversation_(std::move(conversation)), question_(std::move(question)), settings_(std::move(settings)) {}

void StreamSource::set_stop_token(std::stop_token token) { stop_token_ = std::move(token); }

void StreamSource::start() {
  if (started_ || started_.exchange(true)) return;
  try {
    StartedCall call(*conversation_, question_, settings_, true, self());
    ticket_ = std::move(call.ticket);
    unread_limit_ = ticket_.settings.limits().value_or(Limits()).unread();
    bool cancelled = false;
    {
      const std::lock_guard lock(mutex_);
      cancelled = cancelled_;
      if (!cancelled) exchange_ = call.exchange;
    }
    if (cancelled) return call.exchange->cancel();  // it has not started, so it lives on this thread still
    engine_ = &conversation_->engine();
    engine_->start(std::move(call.exchange));
    if (stop_token_.stop_possible()) stop_callback_.emplace(stop_token_, Cancel(this));
  } catch (const FastCCGError& error) {
    end_with(error.error());
  }
}

void StreamSource::cancel() noexcept {
  std::shared_ptr<Exchange> exchange;
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    exchange = exchange_;
  }
  if (exchange) conversation_->engine().cancel(std::move(exchange));
}

void StreamSource::on_text(std::string_view text) { collected_.add(Chunk::Kind::text, text); }

void StreamSource::on_reasoning(std::string_view text) { collected_.add(Chunk::Kind::reasoning, text); }

void StreamSource::on_refusal(std::string_view text) { collected_.add(Chunk::Kind::refusal, text); }

void StreamSource::on_tool_call(std::size_t index, std::string_view id, std::string_view name) {
  collected_.add_tool_call(index, id, name, {});
}

void StreamSource::on_tool_arguments(std::size_t index, std::string_view fragment) {
  collected_.add_tool_call(index, {}, {}, fragment);
}

void StreamSource::on_attempt(const std::shared_ptr<const Target>& target) {
  const std::lock_guard lock(mutex_);
  asked_ = target;
}

bool StreamSource::on_batch() {
  if (collected_.empty()) return true;
  const bool held_back = hand_over();
  // Nobody shall wait for the first chunk longer than need be, nor keep the socket from being read.
  if (!std::exchange(has_woken_, true) || held_back)
    wake_soon();
  else
    engine_->wakes().gather(std::shared_ptr<Sleeper>(self(), this));
  return !held_back;
}

/// Gives the consumer what has been collected. Returns whether that is enough for now.
bool StreamSource::hand_over() {
  const std::lock_guard lock(mutex_);
  arriving_.append(collected_);
  held_back_ = arriving_.memory() > unread_limit_;
  return held_back_;
}

/// Not under the lock.
void StreamSource::wake_soon() {
  if (engine_ && engine_->loop().on_loop_thread())
    engine_->wakes().add(std::shared_ptr<Sleeper>(self(), this));
  else
    wake();
}

void StreamSource::wake() {
  const std::lock_guard lock(mutex_);
  // The consumer may have found it meanwhile without having slept.
  const bool ended = end_begun_ ? recorded_ : result_.has_value();
  if (ended || !arriving_.empty()) set_ready();
}

void StreamSource::on_done(Result<Reply> result) {
  hand_over();
  end_with(std::move(result));
}

void StreamSource::end_with(Result<Reply> result) {
  bool end_here = false;
  {
    const std::lock_guard lock(mutex_);
    if (result_) return;
    // Who cancels does not want to read on; who meets an error shall have what came before it.
    if (is_cancellation(result)) {
      arriving_.clear();
      discarded_ = true;
    }
    result_ = std::move(result);
    exchange_.reset();
    // The consumer has read everything and waits for this. It is woken when the turn is in the journal, so that its thread
    // need not wait for the disk. Only a filter has to run there.
    end_here = waiting_ && arriving_.empty() && !end_begun_ && !ticket_.filter;
    if (end_here) end_begun_ = true;
  }
  if (end_here)
    end();
  else
    wake_soon();
}

bool StreamSource::available() {
  if (ended_ || !reading_.empty() || refill()) return true;
  return end_is_due() && begin_end();
}

/// Takes over what has arrived. Returns whether there is a chunk.
bool StreamSource::refill() {
  std::shared_ptr<Exchange> held_back;
  {
    const std::lock_guard lock(mutex_);
    reading_.clear();
    std::swap(reading_, arriving_);
    if (!result_) clear_ready();
    waiting_ = reading_.empty() && !result_;
    if (std::exchange(held_back_, false)) held_back = exchange_;
  }
  if (held_back) conversation_->engine().resume(std::move(held_back));
  return !reading_.empty();
}

bool StreamSource::end_is_due() {
  const std::lock_guard lock(mutex_);
  return result_.has_value();
}

const Chunk* StreamSource::take() {
  if (closed_) return nullptr;
  if (ended_) return tell_end();
  if (discarded_) reading_.clear();
  if (reading_.empty()) refill();
  if (!reading_.empty()) {
    reading_.take(chunk_);
    delivered_ += chunk_.content;
    return &chunk_;
  }
  begin_end();
  wait_for_end();
  stop_callback_.reset();
  ended_ = true;
  if (reply_) warn_unless_recorded(*reply_, not_recorded_);
  return tell_end();
}

const Chunk* StreamSource::tell_end() const {
  if (failure_) std::rethrow_exception(failure_);
  return nullptr;
}

/// For the consumer, who has read everything. Returns whether the end has been dealt with; if not, this object becomes
/// ready when it has.
bool StreamSource::begin_end() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(end_begun_, true)) return recorded_;
  }
  clear_ready();
  end();
  const std::lock_guard lock(mutex_);
  return recorded_;
}

/// The moment at which the turn enters the history; for whoever has set `end_begun_`.
void StreamSource::end() {
  try {
    if (*result_)
      commit_complete();
    else
      commit_failed();
  } catch (const abi::__forced_unwind&) {
    throw;         // the thread ends inside the filter
  } catch (...) {  // the filter threw, or memory ran out
    failure_ = std::current_exception();
    on_recorded(std::nullopt);
  }
}

void StreamSource::commit_complete() {
  reply_ = std::move(**result_);
  add_warnings(ticket_, *reply_);
  apply_filter(ticket_.filter, *reply_);
  commit(make_turn(std::move(question_), reply_->message, false));
}

void StreamSource::commit_failed() {
  auto error = std::move(*result_).error();
  error.partial = delivered_;
  failure_ = make_exception(std::move(error));
  commit_interrupted();
}

void StreamSource::commit(Turn turn) {
  conversation_->commit(ticket_, std::move(turn),
                        [self = self()](const std::optional<Error>& failure) { self->on_recorded(failure); });
}

void StreamSource::on_recorded(const std::optional<Error>& failure) {
  {
    const std::lock_guard lock(mutex_);
    recorded_ = true;
    not_recorded_ = failure;
    was_recorded_.notify_all();
  }
  wake_soon();
}

void StreamSource::wait_for_end() {
  std::unique_lock lock(mutex_);
  if (recorded_) return;
  const Pool::BlockedScope blocked;
  was_recorded_.wait(lock, [this] { return recorded_; });
}

void StreamSource::close() noexcept {
  if (ended_) return;
  ended_ = closed_ = true;
  stop_callback_.reset();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(end_begun_, true)) return;
  }
  cancel();
  commit_interrupted();
}

void StreamSource::commit_interrupted() {
  Reply reply;
  reply.interrupted = true;
  reply.content = delivered_;
  const auto target = [this] {
    const std::lock_guard lock(mutex_);
    return asked_ ? asked_ : conversation_->target();
  }();
  reply.provider = target->dialect.provider;
  reply.model = target->model.id;
  reply.message = Message(Role::assistant, delivered_);
  reply.message.provider = reply.provider;
  reply.message.model = reply.model;
  reply_ = std::move(reply);
  if (delivered_.empty()) return on_recorded(std::nullopt);
  commit(make_turn(std::move(question_), reply_->message, true));
}

const Reply& StreamSource::response() {
  wait_for_end();
  if (!closed_) tell_end();
  return *reply_;
}

}  // namespace fastccg::detail

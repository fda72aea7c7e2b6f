#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <stop_token>
#include <utility>

#include "fastccg/detail/asio.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/stream.hpp"

/// The adapter to Boost.Asio, 1.81 or newer. Nothing else in the library includes or needs Asio.
///
///     boost::asio::awaitable<void> talk(fastccg::Model& model) {
///       const fastccg::Reply reply = co_await fastccg::async_wait(model.ask_async("Hello"));
///       auto story = model.ask_stream("Tell me a story.");
///       while (auto chunk = co_await fastccg::async_next(story)) std::cout << chunk->content;
///     }
///
/// Both functions take any completion token; `use_awaitable` is the default. The completion signature is
/// `void(std::exception_ptr, T)`: with `use_awaitable` and `use_future` the error is thrown as its class, a callback and
/// `as_tuple` get it as it is. For all tokens holds:
///
/// - The handler runs on its associated executor, and never before the function that starts the wait has returned. A
///   handler without one runs on Asio's system executor, which is a pool of threads.
/// - The executor counts the wait as outstanding work, so `io_context::run` does not return before it has ended.
/// - The handler's cancellation slot cancels the call, whatever the type of the cancellation; it then ends with
///   `Cancelled`. The signal must be emitted where the handler runs, as Asio demands. An operation's stop token works too,
///   from any thread.
/// - When the execution context is destroyed, handlers that still wait are destroyed without being called, and the calls
///   of their operations are cancelled. Model, operation and stream may live longer than the context.
/// - The handler's allocator is not used.

namespace fastccg {

namespace detail {

template <class T>
class AsioOperation {
 public:
  using value_type = T;

  explicit AsioOperation(Operation<T> operation) : operation_(std::move(operation)) {}

  void claim() {
    auto [pending, token] = operation_.release();
    pending_ = std::move(pending);
    token_ = std::move(token);
  }
  const std::shared_ptr<PendingResult<T>>& pending() const { return pending_; }
  const std::stop_token& token() const { return token_; }
  bool start() {
    pending_->start();
    return pending_->ready();
  }
  T take() { return pending_->take().value(); }
  void abandon() noexcept {
    pending_->forget_waiter();
    pending_->cancel();
  }

 private:
  Operation<T> operation_;
  std::shared_ptr<PendingResult<T>> pending_;
  std::stop_token token_;
};

/// The stream has its stop token itself, and its owner decides what becomes of it when the wait is abandoned.
class AsioNext {
 public:
  using value_type = const Chunk*;

  explicit AsioNext(Stream::Next next) : next_(std::move(next)) {}

  void claim() { pending_ = next_.pending(); }
  const std::shared_ptr<Pending>& pending() const { return pending_; }
  std::stop_token token() const { return std::stop_token(); }
  bool start() { return next_.await_ready(); }
  const Chunk* take() { return next_.await_resume(); }
  void abandon() noexcept { pending_->forget_waiter(); }

 private:
  Stream::Next next_;
  std::shared_ptr<Pending> pending_;
};

class AsioStart {
 public:
  AsioStart() = default;

  template <class Handler, class Source>
  void operator()(Handler&& handler, Source source) const {
    using Wait = AsioWait<Source, std::decay_t<Handler>>;
    std::make_shared<Wait>(std::move(source), std::forward<Handler>(handler))->start();
  }
};

template <class Source, class Token>
auto asio_wait(Source source, Token&& token) {
  using Signature = void(std::exception_ptr, typename Source::value_type);
  return boost::asio::async_initiate<Token, Signature>(AsioStart(), token, std::move(source));
}

}  // namespace detail

/// Waits for an operation. An operation that was waited for before ends with `UsageError`.
template <class T,
          boost::asio::completion_token_for<void(std::exception_ptr, T)> Token = boost::asio::use_awaitable_t<>>
auto async_wait(Operation<T> operation, Token&& token = Token()) {
  return detail::asio_wait(detail::AsioOperation<T>(std::move(operation)), std::forward<Token>(token));
}

/// Waits for the next chunk of a stream: a pointer to it, null at the end. The chunk lives until the following wait.
/// One wait at a time, as for `Stream::next`; the stream must not be moved or destroyed meanwhile.
template <
    boost::asio::completion_token_for<void(std::exception_ptr, const Chunk*)> Token = boost::asio::use_awaitable_t<>>
auto async_next(Stream& stream, Token&& token = Token()) {
  return detail::asio_wait(detail::AsioNext(stream.next()), std::forward<Token>(token));
}

}  // namespace fastccg

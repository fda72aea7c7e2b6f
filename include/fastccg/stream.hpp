#pragma once

#include <coroutine>
#include <cstddef>
#include <iterator>
#include <memory>
#include <stop_token>

#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {

namespace detail {
class StreamSource;
}

/// An answer while it is being written.
///
///     while (auto chunk = co_await stream.next()) use(chunk->content);     // in any coroutine
///     for (const auto& chunk : stream) use(chunk.content);                 // blocking
///
/// Nothing is sent before the first `next()` or `begin()`. When the last chunk has been read the turn enters the model's
/// history. A stream that is destroyed or closed before that is cancelled; what was read of its text enters the history
/// as an interrupted turn, and if none was read, nothing does. A stream that nobody reads stops reading its socket.
///
/// A stream is used by one thread at a time, with one `next()` under way at a time.
class Stream {
 public:
  explicit Stream(std::shared_ptr<detail::StreamSource> source);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  /// Cancels the stream when `token` is stopped: the next `next()` throws `Cancelled`. Set it before the first `next()`.
  Stream& stop_token(std::stop_token token) &;
  Stream&& stop_token(std::stop_token token) &&;

  class Next;
  /// Awaits the next chunk: a pointer to it, or null at the end. The chunk lives until the following `next()`.
  /// Throws what ended the stream; the error's `partial` has the text up to there.
  Next next();

  /// The same, blocking the calling thread.
  const Chunk* wait_next();

  class Iterator;
  /// The chunks as an input range; each step blocks. There is one pass over a stream.
  Iterator begin();
  std::default_sentinel_t end() const noexcept { return {}; }

  /// The whole reply, filtered if the model has a filter. Reads what has not been read yet, blocking.
  /// Throws what ended the stream. After `close()` it gives what had been read, marked `interrupted`.
  const Reply& response();

  /// Ends the stream now, as its destruction would. Does not block, and may be called again.
  void close() noexcept;

 private:
  std::shared_ptr<detail::StreamSource> source_;
};

class [[nodiscard]] Stream::Next {
 public:
  explicit Next(std::shared_ptr<detail::StreamSource> source) : source_(std::move(source)) {}
  Next(Next&&) noexcept = default;
  Next& operator=(Next&&) = delete;
  ~Next();

  bool await_ready();
  bool await_suspend(std::coroutine_handle<> waiter);
  const Chunk* await_resume();

  /// For adapters to other kinds of asynchrony: what becomes ready, after `await_ready` gave false, when `await_resume`
  /// may be called.
  std::shared_ptr<detail::Pending> pending() const;

 private:
  std::shared_ptr<detail::StreamSource> source_;
  bool suspended_ = false;
};

class Stream::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = Chunk;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  explicit Iterator(Stream* stream) : stream_(stream), chunk_(stream->wait_next()) {}

  const Chunk& operator*() const noexcept { return *chunk_; }
  const Chunk* operator->() const noexcept { return chunk_; }
  Iterator& operator++() {
    chunk_ = stream_->wait_next();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return it.chunk_ == nullptr; }

 private:
  Stream* stream_ = nullptr;
  const Chunk* chunk_ = nullptr;
};

}  // namespace fastccg

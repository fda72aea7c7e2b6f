#include "fastccg/stream.hpp"

#include <utility>

#include "conversation/stream_source.hpp"

namespace fastccg {

namespace {

detail::StreamSource& checked(const std::shared_ptr<detail::StreamSource>& source) {
  if (!source) throw_error(Error(ErrorKind::usage, "this stream was moved from; use the one it was moved to"));
  return *source;
}

}  // namespace

Stream::Stream(std::shared_ptr<detail::StreamSource> source) : source_(std::move(source)) {}
Stream::Stream(Stream&&) noexcept = default;

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    close();
    source_ = std::move(other.source_);
  }
  return *this;
}

Stream::~Stream() { close(); }

Stream& Stream::stop_token(std::stop_token token) & {
  checked(source_).set_stop_token(std::move(token));
  return *this;
}

Stream&& Stream::stop_token(std::stop_token token) && {
  checked(source_).set_stop_token(std::move(token));
  return std::move(*this);
}

Stream::Next Stream::next() {
  checked(source_);
  return Next(source_);
}

const Chunk* Stream::wait_next() {
  auto& source = checked(source_);
  if (!source.ended()) {
    source.start();
    while (!source.available()) source.wait();
  }
  return source.take();
}

Stream::Iterator Stream::begin() { return Iterator(this); }

const Reply& Stream::response() {
  auto& source = checked(source_);
  while (!source.ended()) wait_next();
  return source.response();
}

void Stream::close() noexcept {
  if (source_) source_->close();
}

Stream::Next::~Next() {
  if (suspended_ && source_) source_->forget_waiter();
}

bool Stream::Next::await_ready() {
  if (source_->ended()) return true;
  source_->start();
  return source_->available();
}

bool Stream::Next::await_suspend(std::coroutine_handle<> waiter) {
  // Noted beforehand: once it waits, the coroutine may go on elsewhere and destroy this object before `suspend` returns.
  suspended_ = true;
  return source_->suspend(waiter);
}

const Chunk* Stream::Next::await_resume() {
  suspended_ = false;
  return source_->take();
}

std::shared_ptr<detail::Pending> Stream::Next::pending() const { return source_; }

}  // namespace fastccg

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "transport/transport.hpp"

namespace fastccg::test {

/// A sink that keeps what it hears, for a test to look at and to wait for. Each hook runs on the loop's thread, after
/// what it follows was recorded. Let the transport go before it, unless the call has ended or was cancelled.
class RecordingSink final : public transport::Sink {
 public:
  using Hook = std::function<void()>;

  RecordingSink() = default;

  Hook after_headers;
  Hook after_body;
  Hook after_end;

  void on_headers(int status, Headers headers) override {
    record([&] {
      ++headers_calls_;
      status_ = status;
      headers_ = headers;
    });
    if (after_headers) after_headers();
  }
  void on_body(std::string_view bytes) override {
    record([&] { body_.append(bytes); });
    if (after_body) after_body();
  }
  void on_end(transport::HttpEnd end) override {
    // The test may destroy this object as soon as it sees the end, unless the hook keeps it waiting.
    const Hook hook = after_end;
    record([&] {
      ++end_calls_;
      end_ = std::move(end);
    });
    if (hook) hook();
  }

  // Each waits up to ten seconds and says whether it happened.
  bool wait_for_headers() const {
    return wait([this] { return headers_calls_ > 0; });
  }
  bool wait_for_body(std::size_t size) const {
    return wait([this, size] { return body_.size() >= size; });
  }
  bool wait_for_end() const {
    return wait([this] { return end_calls_ > 0; });
  }

  int headers_calls() const { return read(headers_calls_); }
  int end_calls() const { return read(end_calls_); }
  int status() const { return read(status_); }
  Headers headers() const { return read(headers_); }
  std::string body() const { return read(body_); }
  /// Null if the answer ended well, or has not ended.
  const Error* error() const {
    const std::lock_guard lock(mutex_);
    return end_.error ? &*end_.error : nullptr;
  }

 private:
  template <class Change>
  void record(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();  // Under the lock: see `on_end`.
  }
  template <class Condition>
  bool wait(Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }
  template <class Value>
  Value read(const Value& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int headers_calls_ = 0;
  int end_calls_ = 0;
  int status_ = 0;
  Headers headers_;
  std::string body_;
  transport::HttpEnd end_;
};

}  // namespace fastccg::test

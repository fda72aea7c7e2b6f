#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "exchange/engine.hpp"
#include "transport/transport.hpp"

namespace fastccg::testing {

/// For waits that only end early when something is broken; long enough for the slowest machine under a sanitizer.
inline constexpr std::chrono::seconds must_not_expire(60);

/// What a test sees and steers of a `FakeTransport`: it plays the server, from the test's thread, call by call.
class FakeServer {
 public:
  /// Waits until that many calls have been started in all; returns false if that is not to be expected any more.
  bool wait_for_calls(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, must_not_expire, [&] { return requests_.size() >= count; });
  }
  /// Waits until `condition` holds of this object, as seen under its lock.
  bool wait_until(const std::function<bool(const FakeServer&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, must_not_expire, [&] { return condition(*this); });
  }
  std::size_t calls() const {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }
  std::string body(std::size_t call) const {
    const std::lock_guard lock(mutex_);
    return requests_.at(call).body;
  }
  transport::HttpRequest request(std::size_t call) const {
    const std::lock_guard lock(mutex_);
    return requests_.at(call);
  }

  // Each waits until the loop has acted on it, so that what it causes has happened when it returns.

  void headers(std::size_t call, int status, Headers headers = {}) {
    on_sink(call, [&](transport::Sink& sink) { sink.on_headers(status, headers); });
  }
  void send(std::size_t call, std::string_view bytes) {
    on_sink(call, [&](transport::Sink& sink) { sink.on_body(bytes); });
  }
  void end(std::size_t call, transport::HttpEnd end = {}) {
    on_sink(call, [&](transport::Sink& sink) {
      sinks_.erase(call);
      sink.on_end(std::move(end));
    });
  }
  void answer(std::size_t call, int status, const std::string& body, Headers more = {}) {
    more.emplace_back("content-type", "application/json");
    headers(call, status, more);
    send(call, body);
    end(call);
  }
  void begin_stream(std::size_t call) { headers(call, 200, {{"content-type", "text/event-stream"}}); }

  // Seen under the lock or after a wait.
  std::vector<std::size_t> cancelled;
  std::vector<std::size_t> drained;
  std::map<std::size_t, bool> paused;

 private:
  friend class FakeTransport;

  void on_sink(std::size_t call, const std::function<void(transport::Sink&)>& act) {
    std::mutex mutex;
    std::condition_variable acted;
    bool done = false;
    loop_->post([&] {
      if (const auto found = sinks_.find(call); found != sinks_.end()) act(*found->second);
      const std::lock_guard lock(mutex);
      done = true;
      acted.notify_one();
    });
    std::unique_lock lock(mutex);
    acted.wait(lock, [&] { return done; });
  }
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<transport::HttpRequest> requests_;
  std::map<std::size_t, transport::Sink*> sinks_;  // the loop's own
  Loop* loop_ = nullptr;
};

/// A transport that sends nothing and tells a `FakeServer` of everything.
class FakeTransport final : public transport::Transport {
 public:
  FakeTransport(Loop& loop, FakeServer& server) : server_(server) { server_.loop_ = &loop; }

  transport::CallId start(const transport::HttpRequest& request, transport::Sink& sink) override {
    std::size_t number = 0;
    server_.change([&] {
      number = server_.requests_.size();
      server_.requests_.push_back(request);
      server_.sinks_[number] = &sink;
    });
    return transport::CallId(number + 1);
  }
  void cancel(transport::CallId call) override {
    server_.sinks_.erase(number(call));
    server_.change([&] { server_.cancelled.push_back(number(call)); });
  }
  void pause(transport::CallId call) override {
    server_.change([&] { server_.paused[number(call)] = true; });
  }
  void resume(transport::CallId call) override {
    server_.change([&] { server_.paused[number(call)] = false; });
  }
  void drain(transport::CallId call, std::chrono::milliseconds) override {
    server_.sinks_.erase(number(call));
    server_.change([&] { server_.drained.push_back(number(call)); });
  }

 private:
  static std::size_t number(transport::CallId call) { return static_cast<std::size_t>(call) - 1; }

  FakeServer& server_;
};

/// An engine whose server is the test.
class FakeEngine {
 public:
  FakeEngine()
      : engine([this](Loop& loop) -> std::unique_ptr<transport::Transport> {
          return std::make_unique<FakeTransport>(loop, server);
        }) {}

  FakeServer server;
  Engine engine;
};

/// One event of a chat-completions stream with a piece of text.
inline std::string text_event(const std::string& text) {
  return "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text +
         "\"},\"finish_reason\":null}]}\n\n";
}

/// The events that end a chat-completions stream.
inline std::string end_events() {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
         "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\n"
         "data: [DONE]\n\n";
}

/// A whole chat-completions answer.
inline std::string whole_answer(const std::string& text) {
  return "{\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
         "\"" +
         text +
         "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}";
}

}  // namespace fastccg::testing

#include "server/recorder.hpp"

#include "model/http.hpp"

namespace fastccg {

std::string_view RecordedRequest::header(std::string_view name) const noexcept {
  return sim::find_header(headers, name);
}

namespace sim {

void Recorder::add(RecordedRequest request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    if (requests_.size() > keep_) requests_.pop_front();
    ++count_;
  }
  changed_.notify_all();
}

void Recorder::clear() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  count_ = 0;
}

std::vector<RecordedRequest> Recorder::requests() const {
  const std::lock_guard lock(mutex_);
  return {requests_.begin(), requests_.end()};
}

std::size_t Recorder::request_count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool Recorder::wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return count_ >= count; });
}

std::uint64_t Recorder::connection_opened() {
  const std::lock_guard lock(mutex_);
  ++open_;
  return ++connections_;
}

void Recorder::connection_closed() {
  {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  changed_.notify_all();
}

std::size_t Recorder::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t Recorder::open_connections() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool Recorder::wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return open_ <= count; });
}

}  // namespace sim
}  // namespace fastccg

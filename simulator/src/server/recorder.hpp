#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "fastccg/simulator.hpp"

namespace fastccg::sim {

/// What has happened so far, for tests to look at from any thread.
class Recorder {
 public:
  explicit Recorder(std::size_t keep) : keep_(keep) {}

  void add(RecordedRequest request);
  void clear();
  std::vector<RecordedRequest> requests() const;
  std::size_t request_count() const;
  bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const;

  /// Returns the number of the connection, from 1.
  std::uint64_t connection_opened();
  void connection_closed();
  std::size_t connection_count() const;
  std::size_t open_connections() const;
  bool wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout) const;

 private:
  const std::size_t keep_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<RecordedRequest> requests_;
  std::size_t count_ = 0;
  std::size_t connections_ = 0;
  std::size_t open_ = 0;
};

}  // namespace fastccg::sim

#pragma once

#include <cstddef>
#include <string>

namespace fastccg::bench {

/// What to ask of the server, over and over.
class Workload {
 public:
  Workload() = default;

  std::string base_url;  ///< Up to and with "/v1".
  std::string prompt;
  std::size_t calls = 0;
  std::size_t at_once = 1;
  bool stream = false;
};

/// Does the work with nothing but libcurl's multi interface on an epoll loop, which is what fastccg stands on: keep-alive
/// connections, no JSON is read, and of a stream the events are counted. Returns the number of calls, or of text events.
double run_bare_curl(const Workload& work);

}  // namespace fastccg::bench

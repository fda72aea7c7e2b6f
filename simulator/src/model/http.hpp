#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/simulator/fault.hpp"

namespace fastccg::sim {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name, in any case; empty if there is none.
std::string_view find_header(const Headers& headers, std::string_view name) noexcept;

class Request {
 public:
  Request() = default;

  std::string method;
  std::string target;  ///< Path and query, as sent.
  std::string path;
  std::string query;  ///< Without the question mark.
  Headers headers;
  std::string body;
  unsigned version = 11;
  bool keep_alive = true;

  std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
  /// The key in whichever place the providers look for it: `Authorization: Bearer`, `x-api-key`, `api-key`,
  /// `x-goog-api-key` or `?key=`.
  std::string_view key() const noexcept;
  /// A parameter of the query, not decoded.
  std::string_view parameter(std::string_view name) const noexcept;
};

/// One piece of a stream, framed as the protocol frames it.
class Event {
 public:
  Event() = default;
  Event(std::string frame_, bool paced_) : frame(std::move(frame_)), paced(paced_) {}

  std::string frame;
  bool paced = false;  ///< It carries a token, so that it waits its time when answers are paced.
};

/// An answer on its way to the wire: a whole body, or the events of a stream.
class Response {
 public:
  Response() = default;
  Response(unsigned status_, std::string body_) : status(status_), body(std::move(body_)) {}

  unsigned status = 200;
  std::string content_type = "application/json";
  Headers headers;
  std::string body;
  bool streamed = false;
  std::vector<Event> events;
  std::size_t tokens = 0;             ///< How many were generated: what a whole body waits for when answers are paced.
  bool memorable = true;              ///< It may be given again to an equal request without asking the persona.
  std::optional<std::string> raw;     ///< Sent as it stands instead of all the above; then the connection is closed.
  std::vector<Fault> faults;          ///< Asked for by a script.
  std::chrono::nanoseconds delay{0};  ///< Before the first byte, asked for by a script.
};

}  // namespace fastccg::sim

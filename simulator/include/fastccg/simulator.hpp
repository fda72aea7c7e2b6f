#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/simulator/fault.hpp"
#include "fastccg/simulator/options.hpp"

namespace fastccg {

/// A request as it came over the wire, kept for a test to look at.
///
/// The headers are unchanged, the key included: do not print them where a real key may have been used.
class RecordedRequest {
 public:
  RecordedRequest() = default;

  std::string method;
  std::string target;  ///< Path and query, as sent.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;     ///< Empty when the answer was given before the body was read.
  std::string persona;  ///< Which protocol answered, such as "openai_chat"; empty for an unknown path.
  std::string faults;   ///< The faults that struck this request, as `Fault::to_string` writes them.
  int status = 0;       ///< What was answered; 0 when the answer has no status line.
  bool streamed = false;
  std::uint64_t connection = 0;  ///< Number of the connection it came on, from 1.

  /// The value of the first header of that name, in any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// An LLM service that needs no network and no key: a real HTTP/1.1 server on 127.0.0.1 that speaks the protocols of the
/// providers, streaming included. It answers from the conversation it receives, or from a script, and misbehaves on
/// demand. The same seed and the same request give the same bytes.
///
///     fastccg::Simulator simulator;
///     // OPENAI_BASE_URL=simulator.url() + "/v1"
///
/// It runs on one thread of its own. All functions may be called from any thread.
class Simulator {
 public:
  /// Listens before it returns. Throws `std::system_error` if the port is taken, and `std::invalid_argument` or
  /// `std::runtime_error` if the script or the log file cannot be used.
  explicit Simulator(SimulatorOptions options = SimulatorOptions());
  /// Closes all connections, with streams in flight or without, and waits for its thread.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// `http://127.0.0.1:PORT`, without a slash at the end.
  std::string url() const;
  std::uint16_t port() const noexcept;

  /// The requests received so far, oldest first; of very many, the latest (`SimulatorOptions::keep_requests`).
  std::vector<RecordedRequest> requests() const;
  /// How many requests have been received so far, the forgotten ones included.
  std::size_t request_count() const;
  /// Waits until `count` requests have been received since the start or the last `clear_requests`.
  /// Returns whether that happened in time.
  bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  void clear_requests();

  /// How many connections have been accepted so far: it tells whether a client reuses them.
  std::size_t connection_count() const;
  /// How many connections are open now.
  std::size_t open_connections() const;
  /// Waits until at most `count` connections are open: it tells whether a client hangs up when it cancels.
  bool wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

  /// Replaces the faults of the options. Requests under way keep theirs; `first`, `skip` and `every` count anew.
  void set_faults(std::vector<Fault> faults);
  /// While on, nobody listens on the port, so that connecting is refused. Connections that stand are not touched.
  /// Returns when it has taken effect. Throws `std::system_error` if the port cannot be had again.
  void refuse_connections(bool on);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fastccg

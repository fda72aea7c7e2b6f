#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/request.hpp"
#include "fastccg/error.hpp"
#include "fastccg/settings.hpp"

namespace fastccg::transport {

/// One HTTP request. It outlives the exchange of bytes that it starts.
class HttpRequest {
 public:
  HttpRequest() = default;

  std::string method = "POST";
  std::string url;  ///< Absolute, http or https, checked by the caller.
  Headers headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{10'000};  ///< Zero: none.
  Limits limits;                                      ///< `headers` and `body` are kept here; the rest higher up.
  bool streaming = false;                             ///< A stream must not be compressed.
  std::optional<std::string> proxy;                   ///< As in `Endpoint::proxy`.
  std::string ca_file;
};

/// How an exchange of bytes ended: whole, or with an error that has kind, message and, for timeouts, the deadline.
class HttpEnd {
 public:
  HttpEnd() = default;
  explicit HttpEnd(Error error_) : error(std::move(error_)) {}

  std::optional<Error> error;
};

/// Who hears of an answer. All calls come on the loop's thread, never from inside `start`, `cancel`, `pause`, `resume`
/// or `drain`: first `on_headers` once (informational 1xx answers are left out), then `on_body` any number of times,
/// then `on_end` once. If there is no answer `on_end` comes alone. A sink may call `cancel`, `pause` and `drain` from
/// inside any of its functions.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on_headers(int status, Headers headers) = 0;
  virtual void on_body(std::string_view bytes) = 0;
  virtual void on_end(HttpEnd end) = 0;
};

enum class CallId : std::uint64_t { none = 0 };

/// Moves bytes. All functions are called on the loop's thread only.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends `request` and reports to `sink`; both must live until `on_end` has returned, or `cancel` or `drain` has been
  /// called.
  virtual CallId start(const HttpRequest& request, Sink& sink) = 0;
  /// Closes the connection at once. The sink hears nothing more. Ignores ids that have ended.
  virtual void cancel(CallId call) = 0;
  /// Stops reading the socket until `resume`. A few bytes that had been read may still be reported.
  virtual void pause(CallId call) = 0;
  virtual void resume(CallId call) = 0;
  /// The rest of the answer does not matter: the sink hears nothing more, and what little may follow is read and thrown
  /// away, so that the connection can be used again; if it does not end within `patience`, it is closed.
  virtual void drain(CallId call, std::chrono::milliseconds patience) = 0;
};

}  // namespace fastccg::transport

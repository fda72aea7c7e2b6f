#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/rate_limit.hpp"

namespace fastccg {

/// What went wrong, seen from the caller: one name for what a dozen providers say in a dozen ways.
///
///     FastCCGError
///     ├─ QuotaExceeded        quota_exhausted
///     │   └─ RateLimited      rate_limited
///     ├─ ModelUnavailable     model_unavailable
///     ├─ APIRequestFailed     server                 (and the base of every other failure of a request)
///     │   ├─ AuthenticationFailed  authentication
///     │   ├─ PermissionDenied      permission
///     │   ├─ InvalidRequest        invalid_request
///     │   │   └─ ContextTooLong    context_too_long
///     │   ├─ ContentFiltered       content_filtered
///     │   ├─ Overloaded            overloaded
///     │   ├─ ConnectionFailed      connection
///     │   │   └─ TLSFailed         tls
///     │   ├─ Timeout               timeout           (deadline says which)
///     │   ├─ StreamTruncated       stream_truncated
///     │   └─ ProtocolError         protocol
///     ├─ Cancelled            cancelled
///     ├─ MissingKey           missing_key
///     ├─ SessionError         session
///     └─ UsageError           usage
enum class ErrorKind {
  authentication,     ///< The provider does not accept the key.
  permission,         ///< The key is good, but not for this.
  quota_exhausted,    ///< Credit or a long-term quota is used up; waiting does not help.
  rate_limited,       ///< Too many requests or tokens for now; `retry_after` may say how long.
  model_unavailable,  ///< No such model, or it is retired; the message names a replacement if one is known.
  invalid_request,    ///< The provider refuses the request as it stands.
  context_too_long,   ///< The conversation does not fit the model's context window.
  content_filtered,   ///< The provider's policy stopped the request.
  overloaded,         ///< The provider has no capacity at the moment.
  server,             ///< The provider failed in some other way.
  connection,         ///< No connection, or it broke: name resolution, refusal, reset.
  tls,                ///< The server's certificate or the TLS handshake is not acceptable.
  timeout,            ///< One of the four deadlines passed; `deadline` says which.
  stream_truncated,   ///< The stream ended before its logical end.
  protocol,           ///< The answer cannot be understood, or it exceeds a limit on its size.
  cancelled,          ///< The caller cancelled, or destroyed what it was waiting for.
  missing_key,        ///< No API key for the provider was given, added, or found in the environment.
  session,            ///< A session file cannot be read or written; the message gives line or field.
  usage,              ///< The library was misused: a bad setting, a bad URL, an object in use elsewhere.
};

/// The name of a kind as written above, such as "rate_limited".
std::string_view to_string(ErrorKind kind) noexcept;

/// The four deadlines of a call. See `Timeouts` for what each one measures.
enum class Deadline { connect, first_byte, idle, total };

/// The name of a deadline as written above, such as "first_byte".
std::string_view to_string(Deadline deadline) noexcept;

/// All that is known of a failure: a plain value that can be copied, stored and sent between threads.
/// No field ever holds an API key: text from a server is cleared of the key before it gets here.
class Error {
 public:
  Error() = default;
  Error(ErrorKind kind_, std::string message_);

  ErrorKind kind = ErrorKind::usage;
  /// What was wrong and what to do about it, in the library's own words.
  std::string message;
  /// What the provider wrote, in its words; it may quote the user's data. Empty if it wrote nothing.
  std::string provider_message;
  std::string provider;                ///< "openai", "anthropic", ...; empty if no provider was involved.
  std::string model;                   ///< The model as it was asked for.
  int status = 0;                      ///< HTTP status; 0 if no answer arrived.
  std::string code;                    ///< The provider's code or type, as text, such as "insufficient_quota".
  std::string param;                   ///< The request field that the provider blames, if it blames one.
  std::string request_id;              ///< What to quote to the provider's support.
  std::vector<RateLimit> rate_limits;  ///< What the answer's headers say, in their order; empty if nothing.
  /// How long the provider asks to wait before the next try.
  std::optional<std::chrono::milliseconds> retry_after;
  /// Whether the same request may succeed later.
  bool retryable = false;
  /// How many times the request was sent; 0 if it never was.
  int attempts = 0;
  /// The text that had arrived when the call failed; empty if there was none.
  std::string partial;
  /// Which deadline passed; set exactly when `kind` is `timeout`.
  std::optional<Deadline> deadline;
  /// The body of the provider's answer as it came, cut at 16 KiB.
  std::string body;

  /// One line for people: provider, model, message, status and request id.
  std::string describe() const;
};

/// Root of everything that this library throws.
/// Copying is cheap and does not throw; all copies share one immutable `Error`.
class FastCCGError : public std::exception {
 public:
  explicit FastCCGError(Error error);
  FastCCGError(const FastCCGError&) noexcept = default;
  FastCCGError& operator=(const FastCCGError&) noexcept = default;
  ~FastCCGError() override;

  /// The same as `error().describe()`; lives as long as this exception.
  const char* what() const noexcept override;
  /// The details; live as long as this exception or any copy of it.
  const Error& error() const noexcept;
  ErrorKind kind() const noexcept { return error().kind; }

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

class QuotaExceeded : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class RateLimited : public QuotaExceeded {
 public:
  using QuotaExceeded::QuotaExceeded;
};
class ModelUnavailable : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class APIRequestFailed : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class AuthenticationFailed : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class PermissionDenied : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class InvalidRequest : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class ContextTooLong : public InvalidRequest {
 public:
  using InvalidRequest::InvalidRequest;
};
class ContentFiltered : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class Overloaded : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class ConnectionFailed : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class TLSFailed : public ConnectionFailed {
 public:
  using ConnectionFailed::ConnectionFailed;
};
class Timeout : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class StreamTruncated : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class ProtocolError : public APIRequestFailed {
 public:
  using APIRequestFailed::APIRequestFailed;
};
class Cancelled : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class MissingKey : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class SessionError : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};
class UsageError : public FastCCGError {
 public:
  using FastCCGError::FastCCGError;
};

/// Throws the class that stands beside `error.kind` in the tree above.
[[noreturn]] void throw_error(Error error);

/// The same as an `exception_ptr`, for handing on to another thread.
std::exception_ptr make_exception(Error error);

}  // namespace fastccg

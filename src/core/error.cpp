#include "fastccg/error.hpp"

#include <utility>

namespace fastccg {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::authentication: return "authentication";
    case ErrorKind::permission: return "permission";
    case ErrorKind::quota_exhausted: return "quota_exhausted";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::model_unavailable: return "model_unavailable";
    case ErrorKind::invalid_request: return "invalid_request";
    case ErrorKind::context_too_long: return "context_too_long";
    case ErrorKind::content_filtered: return "content_filtered";
    case ErrorKind::overloaded: return "overloaded";
    case ErrorKind::server: return "server";
    case ErrorKind::connection: return "connection";
    case ErrorKind::tls: return "tls";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::stream_truncated: return "stream_truncated";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::missing_key: return "missing_key";
    case ErrorKind::session: return "session";
    case ErrorKind::usage: return "usage";
  }
  return "unknown";
}

std::string_view to_string(Deadline deadline) noexcept {
  switch (deadline) {
    case Deadline::connect: return "connect";
    case Deadline::first_byte: return "first_byte";
    case Deadline::idle: return "idle";
    case Deadline::total: return "total";
  }
  return "unknown";
}

Error::Error(ErrorKind kind_, std::string message_) : kind(kind_), message(std::move(message_)) {}

std::string Error::describe() const {
  std::string line;
  if (!provider.empty()) {
    line += provider;
    if (!model.empty()) line += "/" + model;
    line += ": ";
  }
  line += message.empty() ? std::string(to_string(kind)) : message;
  if (!provider_message.empty() && provider_message != message) line += ": " + provider_message;

  std::string details;
  const auto add = [&details](const std::string& detail) { details += (details.empty() ? "" : ", ") + detail; };
  if (status != 0) add("HTTP " + std::to_string(status));
  if (!code.empty()) add("code " + code);
  if (!request_id.empty()) add("request " + request_id);
  if (retry_after) add("retry after " + std::to_string(retry_after->count()) + " ms");
  if (attempts > 1) add(std::to_string(attempts) + " attempts");
  if (!details.empty()) line += " (" + details + ")";
  return line;
}

struct FastCCGError::State {
  explicit State(Error error_) : error(std::move(error_)), text(error.describe()) {}
  Error error;
  std::string text;
};

FastCCGError::FastCCGError(Error error) : state_(std::make_shared<const State>(std::move(error))) {}
FastCCGError::~FastCCGError() = default;

const char* FastCCGError::what() const noexcept { return state_->text.c_str(); }
const Error& FastCCGError::error() const noexcept { return state_->error; }

namespace {

/// Calls `use` with the exception that stands for the error: the one place that maps kinds to classes.
template <class Use>
auto with_exception(Error error, Use use) {
  switch (error.kind) {
    case ErrorKind::authentication: return use(AuthenticationFailed(std::move(error)));
    case ErrorKind::permission: return use(PermissionDenied(std::move(error)));
    case ErrorKind::quota_exhausted: return use(QuotaExceeded(std::move(error)));
    case ErrorKind::rate_limited: return use(RateLimited(std::move(error)));
    case ErrorKind::model_unavailable: return use(ModelUnavailable(std::move(error)));
    case ErrorKind::invalid_request: return use(InvalidRequest(std::move(error)));
    case ErrorKind::context_too_long: return use(ContextTooLong(std::move(error)));
    case ErrorKind::content_filtered: return use(ContentFiltered(std::move(error)));
    case ErrorKind::overloaded: return use(Overloaded(std::move(error)));
    case ErrorKind::server: return use(APIRequestFailed(std::move(error)));
    case ErrorKind::connection: return use(ConnectionFailed(std::move(error)));
    case ErrorKind::tls: return use(TLSFailed(std::move(error)));
    case ErrorKind::timeout: return use(Timeout(std::move(error)));
    case ErrorKind::stream_truncated: return use(StreamTruncated(std::move(error)));
    case ErrorKind::protocol: return use(ProtocolError(std::move(error)));
    case ErrorKind::cancelled: return use(Cancelled(std::move(error)));
    case ErrorKind::missing_key: return use(MissingKey(std::move(error)));
    case ErrorKind::session: return use(SessionError(std::move(error)));
    case ErrorKind::usage: break;
  }
  return use(UsageError(std::move(error)));
}

}  // namespace

void throw_error(Error error) {
  with_exception(std::move(error), [](auto exception) { throw exception; });
  std::terminate();
}

std::exception_ptr make_exception(Error error) {
  return with_exception(std::move(error), [](auto exception) { return std::make_exception_ptr(std::move(exception)); });
}

}  // namespace fastccg

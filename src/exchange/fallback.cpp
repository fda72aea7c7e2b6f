#include "exchange/fallback.hpp"

namespace fastccg {

bool may_fall_back(const Error& error) noexcept {
  switch (error.kind) {
    case ErrorKind::quota_exhausted:
    case ErrorKind::rate_limited:
    case ErrorKind::model_unavailable:
    case ErrorKind::overloaded:
    case ErrorKind::server:
    case ErrorKind::connection:
    case ErrorKind::stream_truncated:
    case ErrorKind::protocol: return true;
    case ErrorKind::timeout: return error.deadline != Deadline::total;
    case ErrorKind::authentication:
    case ErrorKind::permission:
    case ErrorKind::invalid_request:
    case ErrorKind::context_too_long:
    case ErrorKind::content_filtered:
    case ErrorKind::tls:
    case ErrorKind::cancelled:
    case ErrorKind::missing_key:
    case ErrorKind::session:
    case ErrorKind::usage: return false;
  }
  return false;
}

}  // namespace fastccg

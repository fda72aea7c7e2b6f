#pragma once

#include <string_view>

#include "fastccg/error.hpp"
#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::shared {

/// How much of a provider's answer an error keeps.
inline constexpr std::size_t max_error_body = 16 * 1024;

/// What a status means when the body says nothing more.
ErrorKind kind_of_status(int status) noexcept;

/// What a report means: its code and type first, then its words, then the status. `status` may be 0.
ErrorKind kind_of(int status, const ErrorBody& body);

/// Whether the words say that the conversation exceeds the model's context window.
bool speaks_of_context_length(std::string_view text);

/// What to tell the caller of a failure of this kind, in our words.
std::string_view explanation(ErrorKind kind) noexcept;

/// The error of a report: kind, message, provider and its message, status, code, param, body.
Error make_error(int status, const ErrorBody& report, std::string_view body, std::string_view provider);

/// An answer that cannot be understood; `what` says why, as a sentence about "the answer".
Error protocol_error(std::string_view what, std::string_view body, std::string_view provider);

/// A stream that ended before its logical end.
Error truncated_error(std::string_view provider);

}  // namespace fastccg::protocols::shared

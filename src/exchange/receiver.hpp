#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "fastccg/error.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {

/// What is known of a call that has ended well, whatever its answer says.
class CallInfo {
 public:
  CallInfo() = default;

  std::string request_id;
  std::vector<RateLimit> rate_limits;
  int attempts = 0;
  Timings timings;
  std::vector<Warning> warnings;  ///< Of models that were asked before this one.
};

/// What an answer has come to so far.
class Account {
 public:
  Account() = default;

  Usage usage;
  FinishReason finish_reason = FinishReason::unknown;
  std::uint64_t pieces = 0;
};

/// The bytes of an answer without what may stand before it: the mark that some put before UTF-8, and the blanks that some
/// servers send to keep a connection alive while they think.
inline std::string_view without_blanks(std::string_view bytes) noexcept {
  constexpr std::string_view blanks = " \t\r\n\xEF\xBB\xBF";
  bytes.remove_prefix(std::min(bytes.find_first_not_of(blanks), bytes.size()));
  return bytes;
}

/// Makes something of an answer's bytes: a reply, vectors. The exchange knows time, attempts and the transport, and
/// calls this on the loop's thread. Each attempt is `begin_attempt`, then for an answer with a status of success
/// `on_headers`, any number of `on_body`, and `on_end`, which is left out once the answer is complete or has failed.
class Receiver {
 public:
  enum class Progress {
    waiting,    ///< Nothing of the answer itself has come: the first-byte deadline goes on.
    reading,    ///< The answer has begun.
    held_back,  ///< It has, and the socket is not to be read until `Exchange::resume`.
    complete,   ///< The answer is whole, whatever bytes may follow.
    failed,     ///< It cannot be used; `failure` says why.
  };

  virtual ~Receiver() = default;

  /// What an earlier attempt has left is void.
  virtual void begin_attempt() = 0;
  /// `waiting` or `reading`.
  virtual Progress on_headers(const Headers& headers) = 0;
  virtual Progress on_body(std::string_view bytes) = 0;
  /// The bytes have ended, or have broken off by `broken`. `complete` or `failed`.
  virtual Progress on_end(const std::optional<Error>& broken) = 0;
  /// Why the attempt failed; only after `failed`.
  virtual Error failure() const = 0;

  /// Whether the caller has seen a piece of the answer, after which nothing may be repeated.
  virtual bool has_reached_caller() const { return false; }
  /// The text that has arrived, for errors.
  virtual std::string partial_text() const { return {}; }

  /// In a stream, changes whenever some of the answer itself has come, and not only a sign of life.
  virtual std::uint64_t progress_mark() const { return 0; }
  /// Of the attempt, at any time before the end of the call.
  virtual Account account() const { return {}; }

  /// The end of the call: one of them is called, once, and nothing after it.
  virtual void on_success(CallInfo info) = 0;
  virtual void on_failure(Error error) = 0;
};

}  // namespace fastccg

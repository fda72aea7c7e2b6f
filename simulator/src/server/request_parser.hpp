#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "model/http.hpp"

namespace fastccg::sim {

/// Reads one HTTP request from bytes that come in any pieces. It keeps Beast out of everybody else's sight.
class RequestParser {
 public:
  enum class State {
    more,     ///< Needs more bytes.
    headers,  ///< The headers are complete; reported once, when there may be more bytes to consume.
    done,
    bad,
  };

  RequestParser();
  ~RequestParser();

  /// Consumes bytes from the front of the text. What it leaves must be handed in again, with more behind it.
  State feed(std::string_view& bytes);
  /// Method, target and headers; valid once they have been reported.
  const Request& request() const noexcept { return request_; }
  /// The whole request; the parser is then ready for the next.
  Request take();
  bool expects_continue() const noexcept;
  /// What to answer when the state is `bad`.
  unsigned error_status() const noexcept { return error_status_; }

 private:
  void read_headers();

  class Impl;
  std::unique_ptr<Impl> impl_;
  Request request_;
  unsigned error_status_ = 400;
};

}  // namespace fastccg::sim

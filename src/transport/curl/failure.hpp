#pragma once

#include <curl/curl.h>

#include <string_view>

#include "fastccg/error.hpp"
#include "transport/curl/library.hpp"

namespace fastccg::transport {

/// What is known when libcurl gives a request up.
class Failure {
 public:
  Failure() = default;

  CURLcode code = CURLE_OK;
  CURL* easy = nullptr;       ///< Still as the request left it.
  std::string_view text;      ///< What libcurl says. It reaches people only where it is known to hold no user data.
  bool answer_begun = false;  ///< Whether the headers of an answer had come.
  bool header_begun = false;  ///< Whether any line of an answer had come.
  int open_error = 0;         ///< `errno` of the socket that could not be made, if one could not.
  bool trusts_none = false;   ///< Whether there were no certificates to trust.
  long connect_timeout_ms = 0;
};

/// The error for people. It names the host and the port of the URL and nothing else of it.
Error explain(const Failure& failure);

}  // namespace fastccg::transport

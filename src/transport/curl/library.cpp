#include "transport/curl/library.hpp"

#include <string>

#include "fastccg/error.hpp"

namespace fastccg::transport {

void require_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code == CURLE_OK) return;
  throw_error(Error(ErrorKind::usage, std::string("libcurl cannot be set up: ") + curl_easy_strerror(code)));
}

}  // namespace fastccg::transport

#pragma once

#include <curl/curl.h>

#include <memory>

namespace fastccg::transport {

/// Sets libcurl up for the process, once, from any thread. It is never taken down, since others in the process may use
/// it too. Throws `FastCCGError` (usage) if it cannot be set up.
void require_curl();

template <class T, auto function>
class CurlDeleter {
 public:
  CurlDeleter() = default;
  void operator()(T* pointer) const noexcept { function(pointer); }
};

using EasyHandle = std::unique_ptr<CURL, CurlDeleter<CURL, curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, CurlDeleter<CURLM, curl_multi_cleanup>>;
using ShareHandle = std::unique_ptr<CURLSH, CurlDeleter<CURLSH, curl_share_cleanup>>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter<CURLU, curl_url_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter<curl_slist, curl_slist_free_all>>;

}  // namespace fastccg::transport

#include "transport/curl/url.hpp"

#include <gtest/gtest.h>

namespace fastccg::transport {
namespace {

TEST(IsHttpUrl, takes_http_and_https_in_any_case_and_nothing_else) {
  for (const char* url : {"http://a", "https://a", "HTTPS://a"}) EXPECT_TRUE(is_http_url(url)) << url;
  for (const char* url : {"", "http:/a", "ftp://a", "file:///etc/passwd", "httpx://a", " http://a"}) {
    EXPECT_FALSE(is_http_url(url)) << url;
  }
}

TEST(IsLoopbackUrl, knows_this_machine_by_name_and_address) {
  for (const char* url : {"http://localhost", "http://LocalHost:80/x", "https://localhost./", "http://127.0.0.1:1?x",
                          "http://127.9.8.7", "http://[::1]:11434/v1", "http://user:p@ss@127.0.0.1/"}) {
    EXPECT_TRUE(is_loopback_url(url)) << url;
  }
}

TEST(IsLoopbackUrl, is_not_deceived_by_names_that_look_like_it) {
  for (const char* url :
       {"http://127.example.com", "http://localhost.example.com", "http://127.0.0.1@example.com/",
        "http://example.com/127.0.0.1", "http://example.com#@localhost", "http://[::2]", "127.0.0.1", ""}) {
    EXPECT_FALSE(is_loopback_url(url)) << url;
  }
}

}  // namespace
}  // namespace fastccg::transport

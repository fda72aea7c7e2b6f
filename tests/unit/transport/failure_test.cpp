#include "transport/curl/failure.hpp"

#include <gtest/gtest.h>

#include <curl/curl.h>

namespace fastccg::transport {
namespace {

class RefusedServer : public ::testing::Test {
 protected:
  RefusedServer() : easy_(curl_easy_init()) {
    failure_.code = CURLE_PEER_FAILED_VERIFICATION;
    failure_.easy = easy_.get();
    failure_.text = "SSL certificate problem: unable to get local issuer certificate";
  }

  EasyHandle easy_;
  Failure failure_;
};

TEST_F(RefusedServer, system_without_certificates_is_told_where_to_get_some) {
  EXPECT_EQ(explain(failure_).message.find("ca-certificates"), std::string::npos);
  failure_.trusts_none = true;
  const Error error = explain(failure_);
  EXPECT_EQ(error.kind, ErrorKind::tls);
  for (const char* word : {"install them (ca-certificates)", "SSL_CERT_FILE", "ca_file"}) {
    EXPECT_NE(error.message.find(word), std::string::npos) << error.message;
  }
}

TEST_F(RefusedServer, file_of_certificates_that_is_none_is_to_be_checked) {
  failure_.code = CURLE_SSL_CACERT_BADFILE;
  failure_.text = "error setting certificate file: /no/such/file.pem";
  const Error error = explain(failure_);
  EXPECT_EQ(error.kind, ErrorKind::tls);
  EXPECT_NE(error.message.find("see that ca_file or SSL_CERT_FILE"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace fastccg::transport

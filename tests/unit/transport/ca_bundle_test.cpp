// Where trusted certificates are found, on distributions that the test machine is not.

#include "transport/curl/ca_bundle.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "temporary_folder.hpp"

namespace fastccg::transport {
namespace {

class CaBundle : public ::testing::Test {
 protected:
  CaBundle() {
    sources_.root = folder_.path().string();
    sources_.environment = [this](const char* name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? nullptr : found->second.c_str();
    };
  }

  /// Makes a file below the root, and returns its whole path.
  std::string put(const std::string& path, const std::string& text = "certificates") {
    const std::filesystem::path whole = sources_.root + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
    return whole.string();
  }
  TrustedCertificates find() { return find_trusted_certificates(sources_); }

  fastccg::testing::TemporaryFolder folder_;
  TrustSources sources_;
  std::map<std::string, std::string> variables_;
};

class CaBundleOf : public CaBundle, public ::testing::WithParamInterface<const char*> {};

TEST_P(CaBundleOf, is_found_whatever_libcurl_was_built_for) {
  for (const char* built_for : {"", "/no/such/place/ca-certificates.crt"}) {
    sources_.built_in_file = built_for;
    const std::string path = put(GetParam());
    EXPECT_EQ(find().file, path);
    EXPECT_EQ(find().folders, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Distributions, CaBundleOf,
                         ::testing::Values("/etc/ssl/certs/ca-certificates.crt",
                                           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                           "/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/certs/ca-bundle.crt",
                                           "/etc/ca-certificates/extracted/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
                                           "/usr/local/share/certs/ca-root-nss.crt", "/usr/local/etc/ssl/cert.pem"));

TEST_F(CaBundle, what_libcurl_was_built_for_comes_first) {
  put("/etc/ssl/certs/ca-certificates.crt");
  sources_.built_in_file = put("/opt/certificates.pem");
  EXPECT_EQ(find().file, sources_.built_in_file);
}

TEST_F(CaBundle, empty_file_and_folder_in_its_place_are_passed_over) {
  put("/etc/ssl/certs/ca-certificates.crt", "");
  std::filesystem::create_directories(sources_.root + "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
  const std::string path = put("/etc/ssl/ca-bundle.pem");
  EXPECT_EQ(find().file, path);
}

TEST_F(CaBundle, folder_is_taken_where_there_is_no_file) {
  const auto folder = std::filesystem::path(put("/etc/ssl/certs/0a1b2c3d.0")).parent_path().string();
  EXPECT_EQ(find().file, "");
  EXPECT_EQ(find().folders, folder);
}

TEST_F(CaBundle, nothing_is_found_on_a_system_without_certificates) {
  std::filesystem::create_directories(sources_.root + "/etc/ssl/certs");
  EXPECT_EQ(find().file, "");
  EXPECT_EQ(find().folders, "");
}

TEST_F(CaBundle, variables_come_before_the_system_even_if_their_file_is_missing) {
  put("/etc/ssl/certs/ca-certificates.crt");
  variables_["CURL_CA_BUNDLE"] = "/missing/a.pem";
  EXPECT_EQ(find().file, "/missing/a.pem");
  variables_["SSL_CERT_FILE"] = "/missing/b.pem";
  EXPECT_EQ(find().file, "/missing/b.pem");
}

TEST_F(CaBundle, empty_variable_counts_as_none) {
  const std::string path = put("/etc/ssl/certs/ca-certificates.crt");
  variables_["SSL_CERT_FILE"] = "";
  variables_["SSL_CERT_DIR"] = "";
  EXPECT_EQ(find().file, path);
  EXPECT_EQ(find().folders, "");
}

TEST_F(CaBundle, folders_of_the_environment_stand_beside_the_systems_file) {
  const std::string path = put("/etc/ssl/certs/ca-certificates.crt");
  variables_["SSL_CERT_DIR"] = "/one:/two";
  EXPECT_EQ(find().file, path);
  EXPECT_EQ(find().folders, "/one:/two");
  variables_["SSL_CERT_FILE"] = "/three.pem";
  EXPECT_EQ(find().file, "/three.pem");
  EXPECT_EQ(find().folders, "");
}

}  // namespace
}  // namespace fastccg::transport

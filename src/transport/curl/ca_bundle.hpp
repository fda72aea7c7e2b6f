#pragma once

#include <functional>
#include <string>

namespace fastccg::transport {

/// The certificates that are trusted: PEM in a file, in folders as OpenSSL's `c_rehash` makes them, or both.
class TrustedCertificates {
 public:
  TrustedCertificates() = default;

  std::string file;
  std::string folders;  ///< With colons between them.
};

/// Where to look for them.
class TrustSources {
 public:
  TrustSources() = default;

  std::string root;           ///< Stands before the paths of distributions.
  std::string built_in_file;  ///< What libcurl was built for.
  std::string built_in_folder;
  std::function<const char*(const char* name)> environment;  ///< As `std::getenv`.
};

/// What the environment names (the file of SSL_CERT_FILE, or of CURL_CA_BUNDLE), else what libcurl was built for, else
/// what stands where a known system has it. A library that was built on one distribution runs on another, so the first
/// two are not enough. The folders of SSL_CERT_DIR come beside the system's file. Both are empty if nothing was found.
TrustedCertificates find_trusted_certificates(const TrustSources& sources);

/// The same on this machine, with this process's environment.
TrustedCertificates find_trusted_certificates();

}  // namespace fastccg::transport

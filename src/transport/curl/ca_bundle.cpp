#include "transport/curl/ca_bundle.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <cstdlib>

namespace fastccg::transport {

std::string find_ca_bundle() {
  // Whoever sets the variable means this file: if it cannot be read, the error says so, and no other takes its place.
  const char* named = std::getenv("SSL_CERT_FILE");
  if (named != nullptr && *named != '\0') return named;

  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  const char* built_in = info->age >= CURLVERSION_EIGHTH ? info->cainfo : nullptr;
  for (const char* path : {
           built_in,
           "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Alpine
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
           "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL
           "/etc/ssl/ca-bundle.pem",                             // openSUSE
           "/etc/ssl/cert.pem",                                  // Alpine, BSD, macOS
       }) {
    if (path != nullptr && ::access(path, R_OK) == 0) return path;
  }
  return std::string();
}

}  // namespace fastccg::transport

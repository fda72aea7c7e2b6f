#include "transport/curl/ca_bundle.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace fastccg::transport {
namespace {

constexpr std::array known_files{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Alpine, Gentoo, NixOS
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL, Amazon Linux
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL, Amazon Linux
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/var/lib/ca-certificates/ca-bundle.pem",             // openSUSE without the link in /etc
    "/etc/ssl/certs/ca-bundle.crt",                       // NixOS
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",   // Arch
    "/etc/ssl/cert.pem",                                  // Alpine, FreeBSD, OpenBSD, macOS
    "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD's package
    "/usr/local/etc/ssl/cert.pem",                        // older FreeBSD
};

constexpr std::array known_folders{
    "/etc/ssl/certs",      // Debian, openSUSE, FreeBSD
    "/etc/pki/tls/certs",  // Fedora, RHEL
    "/etc/openssl/certs",  // NetBSD
};

/// An empty file is what some images leave of the bundle; libcurl fails with it.
bool has_certificates(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || ::access(path.c_str(), R_OK) != 0) return false;
  return std::filesystem::file_size(path, error) > 0 && !error;
}

bool has_entries(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) && ::access(path.c_str(), R_OK | X_OK) == 0 &&
         !std::filesystem::is_empty(path, error) && !error;
}

/// What stands in the system's places.
TrustedCertificates of_system(const TrustSources& sources) {
  TrustedCertificates found;
  if (has_certificates(sources.built_in_file)) found.file = sources.built_in_file;
  for (const char* path : known_files) {
    if (!found.file.empty()) return found;
    if (has_certificates(sources.root + path)) found.file = sources.root + path;
  }
  if (!found.file.empty()) return found;
  if (has_entries(sources.built_in_folder)) found.folders = sources.built_in_folder;
  for (const char* path : known_folders) {
    if (!found.folders.empty()) return found;
    if (has_entries(sources.root + path)) found.folders = sources.root + path;
  }
  return found;
}

}  // namespace

TrustedCertificates find_trusted_certificates(const TrustSources& sources) {
  const auto variable = [&sources](const char* name) {
    const char* value = sources.environment ? sources.environment(name) : nullptr;
    return std::string(value == nullptr ? "" : value);
  };
  // Whoever sets a variable means this file: if it cannot be read, the error says so, and no other takes its place. A
  // folder that is named with it has the same certificates in practice, and would cost each new connection time.
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    TrustedCertificates named;
    named.file = variable(name);
    if (!named.file.empty()) return named;
  }
  TrustedCertificates found = of_system(sources);
  const std::string folders = variable("SSL_CERT_DIR");
  if (!folders.empty()) found.folders = folders;
  return found;
}

TrustedCertificates find_trusted_certificates() {
  TrustSources sources;
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->age >= CURLVERSION_EIGHTH) {
    if (info->cainfo != nullptr) sources.built_in_file = info->cainfo;
    if (info->capath != nullptr) sources.built_in_folder = info->capath;
  }
  sources.environment = [](const char* name) -> const char* { return std::getenv(name); };
  return find_trusted_certificates(sources);
}

}  // namespace fastccg::transport

#pragma once

#include <string>

namespace fastccg::transport {

/// The file of certificates that the system trusts, or an empty text if there is none in any known place: the file that
/// SSL_CERT_FILE names, or the one that libcurl was built for, or the one of a known distribution.
std::string find_ca_bundle();

}  // namespace fastccg::transport
